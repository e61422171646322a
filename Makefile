# Needs Python 3.11 to 3.13, make, and pip's access to a package registry; no more.
# `make` alone lists the commands. Versions live in pyproject.toml and constraints*.txt.

# PYTHON=... chooses the interpreter; else the first of these that fits is taken.
PYTHONS := $(if $(PYTHON),'$(PYTHON)',python3 python3.13 python3.12 python3.11)
NB ?=
SEEDS ?= 5
URL ?=
SOLUTIONS ?=
# GPU=1 installs TensorFlow with CUDA (Linux), in an environment of its own.
GPU ?=
# So many tests, or notebooks, run side by side, each on its share of the cores; a GPU
# is not shared.
JOBS ?= $(if $(GPU),1,2)

VENV := $(if $(GPU),.venv-gpu,.venv)
PY := $(VENV)/bin/python
COLAB := .venv-colab
# Colab's own Python first, wherever pyenv keeps it too.
COLAB_PYTHONS := $(if $(PYTHON),'$(PYTHON)',python3.13 \
	$(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.13.*/bin/python3.13) $(PYTHONS))
PIP_INSTALL := -m pip install -qq --disable-pip-version-check
# The layers' tests, which also run on the JAX and torch backends.
LAYER_TESTS = $(wildcard tests/layers)
# The library's own, which mirror it. Tools and pages of the repository are tested once.
LIBRARY_TESTS = $(wildcard tests/test_package.py \
	$(patsubst rnn_utils/%/__init__.py,tests/%,$(wildcard rnn_utils/*/__init__.py)) \
	$(patsubst rnn_utils/%.py,tests/test_%.py,$(wildcard rnn_utils/*.py)))
# How data is fetched and written does not hang on Colab's versions; its datasets do. The
# notebooks come first, so that the one which takes longest is not what all wait for.
COLAB_TESTS = tests/test_notebooks.py --notebooks=all --beginnings \
	$(LIBRARY_TESTS) --ignore=tests/datasets/building
# JupyterLab refuses to serve the superuser, as in a container, unless told.
ROOT_FLAG = $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab run seeds test lint test-code test-notebooks test-compat test-colab \
	test-jax test-torch site test-site bench results student handout mutate stamp \
	format clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | \
	while read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

lab: $(VENV)/.installed  ## open the notebooks in JupyterLab; GPU=1 here and below: CUDA
	@# Jupyter's own switch: no question about news over the first notebook.
	@$(PY) -m jupyter labextension disable --level=sys_prefix \
		@jupyterlab/apputils-extension:announcements >/dev/null 2>&1
	$(PY) -m jupyterlab $(ROOT_FLAG) \
		--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb

run: $(VENV)/.installed  ## execute all notebooks, or NB=11, and save their outputs
	$(PY) -m tools.run_notebooks --notebook '$(NB)'

seeds: $(VENV)/.installed  ## measure NB=11 with SEEDS=5 seeds, for its floors
	@test -n '$(NB)' || { echo 'Say which notebook: make seeds NB=11' >&2; exit 2; }
	$(PY) -m tools.run_notebooks --notebook '$(NB)' --seeds '$(SEEDS)'

test: lint test-code test-notebooks  ## prove it: all of it, or code and NB=11, or NB=none

lint: $(VENV)/.installed  ## check code and notebooks with ruff
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

# $(1) is an environment's Python, $(2) what it tests.
side_by_side = $(1) -m pytest -n $(JOBS) --dist worksteal $(2)
# The next notebook goes to whoever is free; the longest comes first.
notebooks_side_by_side = $(1) -m pytest -n $(JOBS) --dist load --maxschedchunk 1 \
	tests/test_notebooks.py $(2)

test-code: $(VENV)/.installed  ## the unit tests alone
	$(call side_by_side,$(PY),tests)

test-notebooks: $(VENV)/.installed  ## execute and check all notebooks, or NB=11
ifneq ($(NB),none)
	$(call notebooks_side_by_side,$(PY),--notebooks='$(or $(NB),all)')
endif

test-compat: test-colab test-jax test-torch  ## with Colab's versions, with JAX and torch

# What pip says of TensorFlow's own requirements is Colab's to answer for. A wheel that
# is built in a checkout takes what an earlier one left in build/.
test-colab: $(COLAB)/.installed  ## as a Colab user gets it; NB=11 runs that notebook whole
	rm -rf build
	$(COLAB)/bin/python $(PIP_INSTALL) \
		"$$($(COLAB)/bin/python -m tools.stamp_links --show-requirement)"
	$(COLAB)/bin/python -m tools.colab_listing --check
	RNN_DATA_DIR='$(or $(RNN_DATA_DIR),$(CURDIR)/data)' $(if $(NB),\
		$(call notebooks_side_by_side,$(COLAB)/bin/python,--notebooks='$(NB)'),\
		$(call side_by_side,$(COLAB)/bin/python,$(COLAB_TESTS)))

# The layers alone, with a backend in place of TensorFlow.
test-jax test-torch: test-%: .venv-%/.installed
	$(if $(LAYER_TESTS),KERAS_BACKEND=$* \
		$(call side_by_side,.venv-$*/bin/python,$(LAYER_TESTS)))

site: $(VENV)/.site-installed  ## build all pages into build/site; nothing is executed
	$(PY) -m tools.build_site

test-site: site  ## open every page of it in the Chromium or Chrome of this system
	$(call side_by_side,$(PY),tests/site)

bench: $(VENV)/.bench-installed  ## time our layers beside those of Keras, torch and JAX
	$(PY) -m benchmarks
	$(PY) -m tools.results_table

results: $(VENV)/.installed  ## write the README's tables from the notebooks' records
	$(PY) -m tools.results_table

student: $(VENV)/.installed  ## write NB=05 without solutions and outputs, for a class
	$(PY) -m tools.student_version --notebook '$(NB)'

handout: $(VENV)/.handout-installed  ## print NB=05 to PDF with Chromium; SOLUTIONS=1 with them
	$(PY) -m tools.handout --notebook '$(NB)' $(if $(SOLUTIONS),--solutions)

mutate: $(VENV)/.installed  ## break the training of NB=05: which scores notice?
	@test -n '$(NB)' || { echo 'Say which notebook: make mutate NB=11' >&2; exit 2; }
	$(PY) -m tools.mutate_notebook --notebook '$(NB)'

stamp: $(VENV)/.installed  ## write this fork's address into the links; or URL=...
	$(PY) -m tools.stamp_links $(if $(URL),--url '$(URL)')

format: $(VENV)/.installed  ## format code and notebooks with ruff
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean:  ## remove the virtual environments, and nothing else
	rm -rf .venv .venv-gpu .venv-colab .venv-jax .venv-torch

# A virtual environment is ready when its stamp is there: the last thing to be written,
# so that an installation that failed or was interrupted is taken up again.
# $(1): its folder. $(2): what to install, with which constraints. $(3): Pythons to try.
define install
	@set -e; found=; \
	if ! $(1)/bin/python -m pip --version >/dev/null 2>&1; then \
		for python in $(3); do \
			if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; \
			then found="$$python"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "No Python from 3.11 to 3.13 among:" $(3) >&2; \
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
	$(call install,$(VENV),-c constraints.txt \
		-e ".[$(if $(GPU),gpu,cpu)$(comma)notebooks$(comma)test]",$(PYTHONS))

# As Colab has it, and without a resolver: its own versions do not all fit each other.
$(COLAB)/.installed: pyproject.toml constraints-colab.txt
	$(call install,$(COLAB),--no-deps -r constraints-colab.txt,$(COLAB_PYTHONS))

.venv-%/.installed: pyproject.toml constraints.txt
	$(call install,.venv-$*,-c constraints.txt -e . $* pytest pytest-xdist,$(PYTHONS))

$(VENV)/.site-installed: $(VENV)/.installed
	$(PY) $(PIP_INSTALL) -c constraints.txt -e ".[site,handout]"
	touch $@

$(VENV)/.bench-installed: $(VENV)/.installed
	$(PY) $(PIP_INSTALL) -c constraints.txt -e ".[benchmark]"
	touch $@

$(VENV)/.handout-installed: $(VENV)/.installed
	$(PY) $(PIP_INSTALL) -c constraints.txt -e ".[handout]"
	touch $@

comma := ,
