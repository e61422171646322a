"""A card that notices a broken training passes; one that stays green does not."""

import datetime

import nbformat
import pytest

from tools import mutate_notebook, notebook_files

v4 = nbformat.v4

# A network learns whether the one real number of each row is positive, and a card says
# how well; with EMBEDDED, a sequence of ids with padding in place of the number.
SETUP = """\
import types
import keras
import numpy as np
import tensorflow as tf
from rnn_utils import scorecard
keras.utils.set_random_seed(0)
session = types.SimpleNamespace(seed=0, elapsed=1.0, versions={}, device="CPU")
"""
DATA = """\
x = np.random.default_rng(0).normal(size=(512, 1)).astype("float32")
y = (x[:, 0] > 0).astype("int32")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])
"""
FIT = """\
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.1), loss)
model.fit(x, y, epochs=5, verbose=0)
"""
OWN_LOOP = """\
adam = keras.optimizers.Adam(0.1)

@tf.function
def update(x, y):
    with tf.GradientTape() as tape:
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x))
        loss = tf.reduce_mean(each)
    gradients = tape.gradient(loss, model.trainable_variables)
    adam.apply(gradients, model.trainable_variables)
    return loss

for _ in range(5):
    for k in range(0, 512, 32):
        update(x[k:k + 32], y[k:k + 32])
"""
ARITHMETIC = """\
adam = keras.optimizers.Adam(0.1)
for _ in range(60):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - np.eye(2)[y]) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    adam.apply(gradients, model.trainable_variables)
"""
CARD = """\
right = (np.argmax(model(x), -1) == y).astype(float)
scorecard.report(session, [
    scorecard.measured("accuracy", np.mean, {"network": right}, "network", floor=0.9),
    scorecard.Result("size", 4.0, percent=False),
])
"""
BLIND_CARD = CARD.replace("floor=0.9", "floor=0.0")
# Only the last real id tells, and what follows it is padding. The layer without a mask
# reads the padding as well, and forgets.
MASKED = """\
rng = np.random.default_rng(0)
x = np.zeros((256, 30), int)
x[:, :2] = rng.integers(1, 3, (256, 2))
y = x[:, 1] - 1
ids = keras.Input((None,), dtype="int32")
vectors = keras.layers.Embedding(3, 4, mask_zero=True)(ids)
last = keras.layers.SimpleRNN(8, kernel_initializer="orthogonal")(vectors)
model = keras.Model(ids, keras.layers.Dense(2)(last))
model.layers[1].set_weights([np.eye(3, 4)])
model.layers[1].trainable = model.layers[2].trainable = False
"""


@pytest.fixture
def saved(tmp_path):
    def save(*sources, name="11_toy.ipynb", **mutate):
        notebook = v4.new_notebook()
        notebook.cells = [v4.new_markdown_cell("# Toy")]
        notebook.cells += [v4.new_code_cell(source) for source in (SETUP, *sources)]
        notebook.metadata.rnn_utils = {"mutate": mutate}
        notebook_files.write(tmp_path / name, notebook)
        return tmp_path / name

    return save


def run(path, only, capsys):
    status = mutate_notebook.main(["--folder", str(path.parent), "--only", only])
    return status, capsys.readouterr().out


@pytest.mark.parametrize("training", [FIT, OWN_LOOP], ids=["fit", "own loop"])
@pytest.mark.parametrize("mutation", ["labels", "optimizer"])
def test_a_card_that_notices_passes(saved, capsys, training, mutation):
    path = saved(DATA, training, CARD)
    before = path.read_bytes()
    status, shown = run(path, mutation, capsys)
    assert status == 0
    assert "1 of the 1 rows that claim something notice" in shown
    accuracy, size = shown.splitlines()[-2:]
    assert accuracy.split()[0] == "accuracy" and accuracy.split()[-1] == "yes"
    assert "claims nothing" in size
    assert path.read_bytes() == before  # Nothing of a broken run is kept.


def test_a_card_that_cannot_notice_fails(saved, capsys):
    status, shown = run(saved(DATA, FIT, BLIND_CARD), "labels", capsys)
    assert status == 1
    assert "✗ 11_toy, labels shuffled: the card stays green" in shown


def test_targets_that_nothing_shuffled_are_told(saved, capsys):
    status, shown = run(saved(DATA, ARITHMETIC, CARD), "labels", capsys)
    assert status == 1
    assert "nothing was shuffled" in shown


def test_optimizer_that_is_not_there_is_told(saved, capsys):
    status, shown = run(saved(DATA, "", BLIND_CARD), "optimizer", capsys)
    assert status == 1
    assert "nothing was frozen" in shown


def test_without_masks_there_is_none_to_lose(saved, capsys):
    status, shown = run(saved(DATA, FIT, BLIND_CARD), "masks", capsys)
    assert status == 0
    assert "does not apply" in shown


def test_lost_masks_are_noticed_where_they_matter(saved, capsys):
    status, shown = run(saved(MASKED, FIT, CARD), "masks", capsys)
    assert status == 0, shown
    assert "1 of the 1 rows that claim something notice" in shown


def test_masks_that_matter_to_no_claim_need_a_reason(saved, capsys):
    cells = (MASKED, FIT, BLIND_CARD)
    assert run(saved(*cells), "masks", capsys)[0] == 1
    status, shown = run(saved(*cells, masks="only size is claimed"), "masks", capsys)
    assert status == 0
    assert "no row notices, as the notebook says: only size is claimed" in shown


def test_a_reason_that_is_not_true_fails(saved, capsys):
    path = saved(MASKED, FIT, CARD, masks="nothing reads backwards")
    status, shown = run(path, "masks", capsys)
    assert status == 1
    assert "though the notebook says: nothing reads backwards" in shown


def test_a_card_that_is_not_reached_fails_and_says_why(saved, capsys):
    status, shown = run(saved(DATA, FIT, "1 / 0"), "optimizer", capsys)
    assert status == 1
    assert "not reached: the cell '1 / 0' failed, ZeroDivisionError" in shown


def test_a_kernel_that_dies_fails(saved, capsys):
    assert run(saved("import os\nos._exit(1)"), "labels", capsys)[0] == 1


def test_every_notebook_has_its_day(tmp_path):
    paths = [tmp_path / f"{n:02}_toy.ipynb" for n in range(1, 20)]
    day = datetime.date(2026, 12, 25)
    days = [day + datetime.timedelta(n) for n in range(10)]
    chosen = [
        path for day in days for path in mutate_notebook.of_the_day(paths, day)
    ]
    assert set(chosen) == set(paths)
    assert max(map(chosen.count, paths)) == 2
    assert mutate_notebook.of_the_day(paths[:1], day) == paths[:1]


def test_the_map_has_no_card_to_break(saved, capsys):
    assert run(saved("1 + 1", name="00_map.ipynb"), "labels", capsys) == (0, "")
