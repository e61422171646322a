"""Claims about curves and estimates: what is drawn is what was passed."""

import matplotlib
import numpy as np
import pytest

from rnn_utils.figures.curves import plot_estimates, plot_learning_curves


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


def test_curves_of_different_lengths_or_of_no_epoch_are_refused():
    with pytest.raises(
        ValueError, match=r"history\['val_accuracy'\] has 1 entries; exp"
    ):
        plot_learning_curves({"accuracy": [0.7, 0.9], "val_accuracy": [0.6]})
    with pytest.raises(
        ValueError, match=r"history\['accuracy'\] is empty; expected at"
    ):
        plot_learning_curves({"accuracy": [], "val_accuracy": []})
    assert not matplotlib.pyplot.get_fignums(), "nothing is left half drawn"


@pytest.mark.parametrize(
    ("names", "values", "intervals", "message"),
    [
        ([], [], [], "names is empty; expected at least one row"),
        (["a", "b"], [0.5], [None] * 2, "values has 1 entries; expected .* 2 names"),
        (["a"], [0.5], [None] * 2, "intervals has 2 entries; expected .* 1 names"),
        (["a"], [np.nan], [None], "values holds nan; expected finite numbers"),
        (["a"], [0.5], [(0.6, 0.4)], r"intervals\[0\] is \(0.6, 0.4\); expected None"),
        (["a"], [0.5], [(0.4, np.nan)], r"intervals\[0\] is .*; expected None, or"),
        (["a"], [0.5], [0.1], r"intervals\[0\] is 0.1; expected None, or"),
    ],
)
def test_estimates_that_do_not_fit_are_refused(names, values, intervals, message):
    with pytest.raises(ValueError, match=message):
        plot_estimates(names, values, intervals)
    assert not matplotlib.pyplot.get_fignums(), "nothing is left half drawn"


def test_estimates_may_come_one_by_one():
    ax = plot_estimates("ab", iter([0.1, 0.2]), iter([None, np.array([0.1, 0.3])]))
    assert [text.get_text() for text in ax.texts] == ["0.100", "0.200"]
