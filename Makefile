# Needs Python 3.11 to 3.13, make, and pip's access to a package registry; no more.
# `make` alone lists the commands. Versions live in pyproject.toml and constraints*.txt.

# PYTHON=... chooses the interpreter; else the first of these that fits is taken.
PYTHONS := $(if $(PYTHON),'$(PYTHON)',python3 python3.13 python3.12 python3.11)
NB ?=
SEEDS ?= 5
URL ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := -m pip install -qq --disable-pip-version-check
# The layers' tests, which also run on the JAX and torch backends.
LAYER_TESTS = $(wildcard tests/layers tests/test_gradients.py)
# JupyterLab refuses to serve the superuser, as in a container, unless told.
ROOT_FLAG = $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab run seeds test test-compat bench results stamp lint format clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | \
	while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

lab: $(VENV)/.installed  ## open the notebooks in JupyterLab
	$(PY) -m jupyterlab $(ROOT_FLAG) notebooks/00_start_here.ipynb

run: $(VENV)/.installed  ## execute all notebooks, or NB=11, and save their outputs
	$(PY) -m tools.run_notebooks --notebook '$(NB)'

seeds: $(VENV)/.installed  ## measure NB=11 with SEEDS=5 seeds, for its floors
	@test -n '$(NB)' || { echo 'Say which notebook: make seeds NB=11' >&2; exit 2; }
	$(PY) -m tools.run_notebooks --notebook '$(NB)' --seeds '$(SEEDS)'

test: lint  ## lint, unit tests and all notebooks; or one with NB=11; or NB=none
	$(PY) -m pytest tests --notebooks='$(or $(NB),all)'

lint: $(VENV)/.installed  ## check code and notebooks with ruff
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: $(VENV)/.installed  ## format code and notebooks with ruff
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# One recipe for a backend without TensorFlow: $(1) is its name for Keras and for pip.
define test_backend
	KERAS_BACKEND=$(1) .venv-$(1)/bin/python -m pytest $(LAYER_TESTS)
endef

test-compat: .venv-colab/.installed .venv-jax/.installed .venv-torch/.installed  ## the code with Colab's versions, the layers with JAX and torch
	.venv-colab/bin/python -m pytest tests --notebooks=none
	$(if $(LAYER_TESTS),$(call test_backend,jax))
	$(if $(LAYER_TESTS),$(call test_backend,torch))

bench: $(VENV)/.bench-installed  ## time our layers beside those of Keras, torch and JAX
	$(PY) -m benchmarks
	$(PY) -m tools.results_table

results: $(VENV)/.installed  ## write the README's tables from the notebooks' records
	$(PY) -m tools.results_table

stamp: $(VENV)/.installed  ## write this fork's address into the links; or URL=...
	$(PY) -m tools.stamp_links $(if $(URL),--url '$(URL)')

clean:  ## remove the virtual environments, and nothing else
	rm -rf .venv .venv-colab .venv-jax .venv-torch

# A virtual environment is ready when its stamp is there: the last thing to be written,
# so that an installation that failed or was interrupted is taken up again.
# $(1): its folder. $(2): what to install, and with which constraints.
define install
	@set -e; found=; \
	if ! $(1)/bin/python -m pip --version >/dev/null 2>&1; then \
		for python in $(PYTHONS); do \
			if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; \
			then found="$$python"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "No Python from 3.11 to 3.13 among:" $(PYTHONS) >&2; \
			echo "Name one that fits: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; \
		fi; \
		"$$found" -m venv --clear $(1); \
	fi; \
	echo "Installing into $(1); the first time this takes some minutes."; \
	rm -f $(1)/.installed; \
	$(1)/bin/python $(PIP_INSTALL) $(2); \
	touch $@
endef

$(VENV)/.installed: pyproject.toml constraints.txt
	$(call install,$(VENV),-c constraints.txt -e ".[cpu$(comma)notebooks$(comma)test]")

.venv-colab/.installed: pyproject.toml constraints-colab.txt
	$(call install,.venv-colab,-c constraints-colab.txt -e ".[cpu$(comma)notebooks$(comma)test]")

.venv-%/.installed: pyproject.toml constraints.txt
	$(call install,.venv-$*,-c constraints.txt -e . $* pytest)

$(VENV)/.bench-installed: $(VENV)/.installed
	$(PY) $(PIP_INSTALL) -c constraints.txt -e ".[benchmark]"
	touch $@

comma := ,
