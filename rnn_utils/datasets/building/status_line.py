"""One line that says what takes a while, and is gone when it is done.

    with status_line("Preparing names, once ..."):
        ...

What a notebook's file keeps must not depend on whether data was there before. So in a
notebook the line appears only where it can be taken away without a trace: in a cell
that has shown nothing else yet, because the only way leads over clearing the cell, and
only for a reader who is there to see it. In a terminal it is overwritten; elsewhere
nothing is shown.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator

# The running cell, and how many messages the kernel had sent when it began. Every
# output is a message, so a cell without a new one is empty.
_seen = {"cell": None, "messages": None}


@contextlib.contextmanager
def status_line(text: str) -> Iterator[None]:
    """Shows a line for as long as the block runs.

    Args:
        text: A short line.
    """
    shell = _notebook_shell()
    hide = _show_in_terminal(text) if shell is None else _show_in_cell(shell, text)
    try:
        yield
    finally:
        hide()


def watch_cells() -> None:
    """Lets a notebook's kernel note from the next cell on what each has shown."""
    shell = _notebook_shell()
    if shell is not None:
        shell.events.register("pre_run_cell", _note_cell)


def _notebook_shell():
    """Returns the IPython of a notebook's kernel; does not import it to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    kernel = getattr(shell, "kernel", None)
    # Those that run in a browser count no messages.
    counts = hasattr(getattr(kernel, "session", None), "message_count")
    return shell if counts and hasattr(kernel, "get_parent") else None


def _note_cell(info=None):
    kernel = _notebook_shell().kernel
    cell = _cell(kernel)
    # A cell may run others within, and is then no longer at its beginning.
    if cell != _seen["cell"]:
        _seen.update(cell=cell, messages=kernel.session.message_count)


def _cell(kernel):
    return kernel.get_parent().get("header", {}).get("msg_id")


def _show_in_cell(shell, text: str) -> Callable[[], None]:
    """Shows the line, if that can be undone, and returns what takes it away."""
    from IPython.display import clear_output, display

    sys.stdout.flush()
    sys.stderr.flush()
    kernel = shell.kernel
    empty = _seen == {"cell": _cell(kernel), "messages": kernel.session.message_count}
    # Programs that execute notebooks let no cell ask for input; where a reader sits,
    # it may.
    watched = kernel.get_parent().get("content", {}).get("allow_stdin", False)
    # %%capture puts another publisher in the place of the kernel's.
    captured = not hasattr(shell.display_pub, "session")
    if not empty or not watched or captured:
        return _nothing
    display({"text/plain": text}, raw=True)

    def hide():
        clear_output()
        _seen["messages"] = kernel.session.message_count

    return hide


def _show_in_terminal(text: str) -> Callable[[], None]:
    terminal = sys.stderr
    if terminal is None or not terminal.isatty():
        return _nothing

    def write(line):
        terminal.write(f"\r{line}\r")
        terminal.flush()

    write(text)
    return lambda: write(" " * len(text))


def _nothing() -> None:
    pass
