"""A card that notices a broken training passes; one that stays green does not."""

import datetime

import nbformat
import pytest

from rnn_utils.evaluation.results import Result
from tools import mutate_notebook, notebook_files

v4 = nbformat.v4

# Two networks learn whether a number is positive, one through `fit`, one in a loop of
# its own, and a card says how well.
SETUP = """\
import types
import keras
import numpy as np
import tensorflow as tf
from rnn_utils import scorecard
keras.utils.set_random_seed(0)
session = types.SimpleNamespace(seed=0, elapsed=1.0, versions={}, device="CPU")
systems = {}

def hits(model):
    return {"network": (np.argmax(model(x), -1) == y).astype(float)}
"""
DATA = """\
x = np.random.default_rng(0).normal(size=(512, 1)).astype("float32")
y = (x[:, 0] > 0).astype("int32")

def build():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])
"""
FIT = """\
model = build()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.1), loss)
model.fit(x, y, epochs=5, verbose=0)
systems["fit"] = hits(model)
"""
OWN_LOOP = """\
model, adam = build(), keras.optimizers.Adam(0.1)

@tf.function
def update(x, y):
    with tf.GradientTape() as tape:
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x))
        loss = tf.reduce_mean(each)
    gradients = tape.gradient(loss, model.trainable_variables)
    adam.apply(gradients, model.trainable_variables)
    return loss

adam.build(model.trainable_variables)
for _ in range(5):
    for k in range(0, 512, 32):
        update(x[k:k + 32], y[k:k + 32])
systems["own loop"] = hits(model)
"""
ARITHMETIC = """\
model, adam = build(), keras.optimizers.Adam(0.1)
for _ in range(60):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - np.eye(2)[y]) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    adam.apply(gradients, model.trainable_variables)
systems["arithmetic"] = hits(model)
"""
CARD = """\
rows = [
    scorecard.measured(name, np.mean, system, "network", floor=0.9)
    for name, system in systems.items()
]
scorecard.report(session, [*rows, scorecard.Result("size", 4.0, percent=False)])
"""
BLIND_CARD = CARD.replace("floor=0.9", "floor=0.0")
# The second of two ids tells, and padding follows: a layer without a mask reads on
# through it, and with these weights, which stay, it forgets.
MASKED = """\
rng = np.random.default_rng(0)
x = np.zeros((256, 30), int)
x[:, :2] = rng.integers(1, 3, (256, 2))
y = x[:, 1] - 1

def build():
    ids = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(3, 4, "identity", mask_zero=True)(ids)
    last = keras.layers.SimpleRNN(4, kernel_initializer="identity")(vectors)
    model = keras.Model(ids, keras.layers.Dense(2)(last))
    model.layers[1].trainable = model.layers[2].trainable = False
    return model
"""


@pytest.fixture
def saved(tmp_path):
    def save(*sources, name="11_toy.ipynb", **mutate):
        notebook = v4.new_notebook()
        notebook.cells = [v4.new_markdown_cell("# Toy")]
        notebook.cells += [v4.new_code_cell(source) for source in sources]
        notebook.metadata.rnn_utils = {"mutate": mutate}
        notebook_files.write(tmp_path / name, notebook)
        return tmp_path / name

    return save


def run(path, only, capsys):
    status = mutate_notebook.main(["--folder", str(path.parent), "--only", only])
    return status, capsys.readouterr().out


@pytest.mark.parametrize("mutation", mutate_notebook.MUTATIONS)
def test_a_card_that_notices_passes(saved, capsys, mutation):
    data = MASKED if mutation == "masks" else DATA
    path = saved(SETUP, data, FIT, OWN_LOOP, CARD)
    before = path.read_bytes()
    status, shown = run(path, mutation, capsys)
    assert status == 0, shown
    assert "2 of the 2 rows that claim something notice." in shown
    fit, own_loop, size = shown.splitlines()[-3:]
    assert fit.endswith("yes") and own_loop.endswith("yes")
    assert size.endswith("claims nothing")
    assert path.read_bytes() == before  # Nothing of a broken run is kept.


def test_a_card_that_cannot_notice_fails(saved, capsys):
    status, shown = run(saved(SETUP, DATA, FIT, BLIND_CARD), "labels", capsys)
    assert status == 1
    assert "✗ 11_toy, labels shuffled: the card stays green: no row notices." in shown


def test_targets_that_nothing_shuffled_are_told(saved, capsys):
    status, shown = run(saved(SETUP, DATA, ARITHMETIC, CARD), "labels", capsys)
    assert status == 1
    assert "nothing was shuffled" in shown


def test_without_masks_there_is_none_to_lose(saved, capsys):
    status, shown = run(saved(SETUP, DATA, FIT, BLIND_CARD), "masks", capsys)
    assert status == 0
    assert "✓ 11_toy, masks lost: no layer computed or was given a mask" in shown


def test_a_kernel_that_dies_fails(saved, capsys):
    assert run(saved("import os\nos._exit(1)"), "labels", capsys)[0] == 1


def test_a_card_that_is_not_reached_fails_and_says_why(saved, capsys):
    status, shown = run(saved("1 + 1", "1 / 0"), "optimizer", capsys)
    assert status == 1
    assert "the cell '1 / 0' failed, ZeroDivisionError: division by zero" in shown


def outcome(mutation, *values, effect=1, excuse="", errors=()):
    """A run whose rows, all with the floor 0.5, came to some values."""
    results = [Result(f"row {v}", v, floor=0.5) for v in values]
    return mutate_notebook.Outcome(mutation, effect, results, {}, list(errors), excuse)


@pytest.mark.parametrize(
    ("case", "passes", "says"),
    [
        (outcome("labels", 0.4, 0.6), True, "1 of the 2 rows that claim something"),
        (outcome("labels", 0.6), False, "the card stays green"),
        (outcome("labels", 0.4, effect=0), False, "nothing was shuffled"),
        (outcome("optimizer", 0.4, effect=0), False, "nothing was frozen"),
        (outcome("optimizer", errors=["that"]), False, "not reached: that"),
        (outcome("optimizer"), False, "no cell reports one"),
        (outcome("masks", 0.6, effect=0), True, "does not apply"),
        (outcome("masks", errors=["that"], effect=0), False, "the run failed: that"),
        (outcome("masks", 0.6), False, "the card stays green"),
        (outcome("masks", 0.6, excuse="why"), True, "as the notebook says: why"),
        (outcome("masks", 0.4, excuse="why"), False, "though the notebook says: why"),
    ],
)
def test_verdict(case, passes, says):
    assert case.passes == passes
    assert says in case.verdict()


def test_only_masks_may_be_excused(saved):
    path = saved("1 + 1", masks="nothing reads backwards", labels="they are hard")
    assert mutate_notebook.excuse(notebook_files.read(path), "labels") == ""
    assert mutate_notebook.excuse(notebook_files.read(path), "masks") != ""


def test_every_notebook_has_its_day(tmp_path):
    paths = [tmp_path / f"{n:02}_toy.ipynb" for n in range(1, 20)]
    day = datetime.date(2026, 12, 25)
    days = [day + datetime.timedelta(n) for n in range(10)]
    chosen = [path for day in days for path in mutate_notebook.of_the_day(paths, day)]
    assert set(chosen) == set(paths)
    assert max(map(chosen.count, paths)) == 2
    assert mutate_notebook.of_the_day(paths[:1], day) == paths[:1]


def test_the_map_has_no_card_to_break(saved, capsys):
    assert run(saved("1 + 1", name="00_map.ipynb"), "labels", capsys) == (0, "")
