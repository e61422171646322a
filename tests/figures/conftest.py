"""Figures are drawn without a window, and none is left open for the next test."""

import matplotlib.pyplot
import pytest

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    matplotlib.pyplot.close("all")
