"""Shows figures with a description for those who cannot see them."""

from __future__ import annotations

import matplotlib.pyplot as plt


def show(description: str) -> None:
    """Shows the current figure, as `plt.show` would, with alt text; then closes it.

    The alt text is the titles of the figure and of its axes, then the description. It
    goes to the metadata of the notebook's output, as `image/png`, `alt`. The pages of
    the suite's site and of nbconvert's template `classic` have it. JupyterLab (4.6) and
    nbconvert's template `lab` (7.17) keep it in the file and do not show it, so the
    cell below a picture should say what it shows as well.

    Without a notebook this is `plt.show`.

    Args:
        description: What there is to see, in a sentence: what is drawn against what,
            and what stands out.

    Raises:
        ValueError: There is no open figure, or the description is empty.
    """
    if not isinstance(description, str) or not description.strip():
        raise ValueError(
            f"description is {description!r}; expected a sentence on what is to be seen"
        )
    if not plt.get_fignums():
        raise ValueError("there is no open figure; expected one, drawn in this cell")
    if "inline" not in plt.get_backend():
        plt.show()
        return
    from IPython.display import display  # The backend of notebooks has loaded it.

    figure = plt.gcf()
    metadata = {"image/png": {"alt": _alt_text(figure, description)}}
    display(figure, metadata=metadata)
    plt.close(figure)


def _alt_text(figure, description):
    """Each title once, as a sentence, then the description; all in one line."""
    titles = [figure.get_suptitle()]
    for ax in figure.axes:
        titles += [ax.get_title(loc) for loc in ("left", "center", "right")]
    parts = [" ".join(title.split()) for title in dict.fromkeys(titles)]
    sentences = [part if part[-1] in ".?!" else f"{part}." for part in parts if part]
    return " ".join([*sentences, *description.split()])
