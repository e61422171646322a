"""Training shows its progress, and leaves one plain table behind."""

import keras
import nbclient
import nbformat
import numpy as np
import pytest

from rnn_utils.training.progress import TrainingProgress, _bundle


def fit(callback, epochs=2, **arguments):
    x = np.random.default_rng(0).normal(size=(40, 3))
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    arguments = {"validation_split": 0.2, "batch_size": 8, **arguments}
    model.fit(x, x[:, :1], epochs=epochs, verbose=0, callbacks=[callback], **arguments)


class Screen:
    """Stands for the handle of a notebook's display."""

    def __init__(self):
        self.states = []

    def update(self, bundle, raw):
        assert raw
        self.states.append(bundle)


class Clock:
    """Moves on by a given time whenever it is read."""

    def __init__(self, step):
        self.step, self.now = step, 0.0

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.fixture
def screen(monkeypatch):
    from IPython import display

    screen = Screen()
    monkeypatch.setattr("rnn_utils.training.progress._in_ipython", lambda: True)
    monkeypatch.setattr(display, "display", lambda *_, **__: screen)
    return screen


def test_outside_a_notebook_one_line_an_epoch(capsys):
    fit(TrainingProgress())
    captured = capsys.readouterr()
    first, second = captured.out.splitlines()
    assert first.startswith("epoch 1/2 · ")
    assert second.startswith("epoch 2/2 · ")
    for name in (" loss ", " mae ", " val_loss ", " val_mae ", " s"):
        assert name in first
    assert captured.err == ""
    assert "\r" not in captured.out


def test_rows_hold_every_metric_of_every_epoch():
    callback = TrainingProgress()
    fit(callback, epochs=3)
    assert [row["epoch"] for row in callback.rows] == [1, 2, 3]
    expected = {"epoch", "seconds", "loss", "mae", "val_loss", "val_mae"}
    assert set(callback.rows[0]) == expected


def test_second_training_starts_anew():
    callback = TrainingProgress()
    fit(callback)
    fit(callback, epochs=1)
    assert len(callback.rows) == 1


def test_line_tells_epoch_batch_metrics_and_times(screen):
    fit(TrainingProgress(clock=Clock(1.0)))
    status = screen.states[1]["text/plain"]
    for text in ("epoch 1/2", "batch 2/4", "loss ", "mae ", "s so far", "s left"):
        assert text in status
    assert '<progress value="0.500">' in screen.states[1]["text/html"]


def test_time_left_shrinks_to_nothing():
    callback = TrainingProgress(clock=Clock(0.0))
    callback.set_params({"epochs": 4, "steps": 10})
    callback._batches_an_epoch, callback._batches = 10, 5
    assert "30.0 s so far" in callback._status(30.0, {})
    assert "3 min 30 s left" in callback._status(30.0, {})
    callback.rows, callback._batches = [{}] * 3, 10
    assert "0.0 s left" in callback._status(30.0, {})


def test_updates_are_throttled(screen):
    fit(TrainingProgress(clock=Clock(1e-6)), epochs=1)
    in_batches = 1  # Four batches within some microseconds.
    assert len(screen.states) == in_batches + len(["epoch's end", "training's end"])


def test_an_hour_of_updates_fits_into_the_queue_of_a_reader_who_waits(screen):
    callback = TrainingProgress(clock=Clock(0.1))
    callback.set_params({"epochs": 1, "steps": 36_000})
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    for batch in range(36_000):
        callback.on_train_batch_end(batch)
    assert 300 < len(screen.states) < 1000


def test_table_alone_remains(screen):
    fit(TrainingProgress())
    last = screen.states[-1]
    header, *rows = last["text/plain"].splitlines()
    assert header.split() == ["epoch", "loss", "mae", "val_loss", "val_mae", "seconds"]
    assert len(rows) == 2
    assert last["text/html"].count("<tr>") == 3
    assert "progress" not in last["text/html"]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_dataset_of_unknown_length_has_a_bar_from_the_second_epoch(screen):
    import tensorflow as tf

    rows = tf.data.Dataset.from_tensor_slices((np.ones((40, 3)), np.ones((40, 1))))
    unknown = rows.filter(lambda *_: True).batch(8)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = TrainingProgress(clock=Clock(1.0))
    model.fit(unknown, shuffle=False, epochs=2, verbose=0, callbacks=[callback])
    assert "batch 1 ·" in screen.states[0]["text/plain"]
    assert "<progress></progress>" in screen.states[0]["text/html"]
    assert any("batch 1/5" in state["text/plain"] for state in screen.states)


def test_metric_names_are_escaped():
    rows = [{"epoch": 1, "<mae>": 0.5, "seconds": 1.0}]
    assert "&lt;mae&gt;" in _bundle("<now>", 0.5, rows)["text/html"]
    assert "&lt;now&gt;" in _bundle("<now>", 0.5, rows)["text/html"]


def test_long_training_is_thinned_and_keeps_its_last_epoch():
    rows = [{"epoch": n, "loss": 1 / n, "seconds": 1.0} for n in range(1, 101)]
    lines = _bundle(rows=rows)["text/plain"].splitlines()
    assert len(lines) <= 26
    assert lines[-1].split()[0] == "100"


def test_metric_that_appears_late_leaves_a_gap():
    rows = [{"epoch": 1, "seconds": 1.0}, {"epoch": 2, "loss": 0.5, "seconds": 1.0}]
    header, first, second = _bundle(rows=rows)["text/plain"].splitlines()
    assert header.split() == ["epoch", "loss", "seconds"]
    assert first.split() == ["1", "1.0"]
    assert second.split() == ["2", "0.5", "1.0"]


def test_notebook_file_keeps_only_the_final_table():
    code = (
        "from rnn_utils import notebook\nsession = notebook.start()\n"
        "import keras, numpy as np\n"
        "from rnn_utils.training import TrainingProgress\n"
        "model = keras.Sequential([keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0,\n"
        "          callbacks=[TrainingProgress()]);"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    line, table = notebook.cells[0].outputs
    assert line.name == "stdout"
    assert table.output_type == "display_data"
    assert table.data["text/plain"].split()[:3] == ["epoch", "loss", "seconds"]
    assert "<progress" not in table.data["text/html"]
