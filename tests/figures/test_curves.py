"""Claims about curves and estimates: what is drawn is what was passed."""

import matplotlib
import pytest

matplotlib.use("Agg")

from rnn_utils.figures.curves import plot_estimates, plot_learning_curves


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")


def test_learning_curves_label_the_right_line():
    history = {"accuracy": [0.7, 0.9], "val_accuracy": [0.6, 0.8]}
    lines = {
        line.get_label(): list(line.get_ydata())
        for line in plot_learning_curves(history).lines
    }
    assert lines == {"training": [0.7, 0.9], "validation": [0.6, 0.8]}


def test_a_metric_without_validation_is_refused():
    with pytest.raises(ValueError, match="'accuracy'; expected one whose"):
        plot_learning_curves({"accuracy": [0.7]})


def test_estimates_stand_beside_their_names_from_top_to_bottom():
    ax = plot_estimates(["first", "second"], [0.9, 0.5], [(0.8, 0.95), None])
    rows = dict(
        zip([t.get_text() for t in ax.get_yticklabels()], ax.get_yticks(), strict=True)
    )
    points = {
        line.get_ydata()[0]: line.get_xdata()[0]
        for line in ax.lines
        if line.get_marker() == "o"
    }
    assert rows["first"] > rows["second"]
    assert points[rows["first"]] == 0.9
    assert points[rows["second"]] == 0.5


def test_estimates_are_written_with_the_decimals_asked_for():
    ax = plot_estimates(["BLEU"], [24.1234], [None], digits=1)
    assert [text.get_text() for text in ax.texts] == ["24.1"]
