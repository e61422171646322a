"""Docstrings as this suite writes them, turned into reStructuredText.

They are meant to be read in an editor: code in single backticks, equations and examples
indented by four spaces. Sections such as Args are Napoleon's.
"""

import collections
import re

from rnn_utils import process

# How Python keeps a named tuple's field.
_FIELD = type(collections.namedtuple("_Pair", "first").first)
_SECTION = re.compile(r"[A-Z][a-z]+(?: [a-z]+)?:")
# Napoleon would take what stands before a colon in the text for a type.
_FIELDS = {"Returns:": ":returns:", "Yields:": ":yields:"}
_CODE = re.compile(r"(?<![`:])`([^`]+)`(?!`)")
# What reStructuredText would read: emphasis, substitutions, and names that end so.
_MARKUP = re.compile(r"([*|\\]|(?<=\w)_(?!\w))")


def convert(lines):
    """reStructuredText from the lines of a docstring.

    Args:
        lines: Lines without common indentation.

    Returns:
        The new lines.
    """
    converted, prose, literal, in_section = [], [], False, False
    for index, line in enumerate(lines):
        after_blank = index and not lines[index - 1].strip()
        if line and not line.startswith(" "):
            literal, in_section = False, _begins_section(lines[index : index + 2])
            line = _FIELDS.get(line, line)
        elif line.startswith("    ") and after_blank and not in_section and not literal:
            converted += [*inline(prose), "::", ""]
            prose, literal = [], True
        (converted if literal else prose).append(line)
        if not literal and not line:
            converted, prose = [*converted, *inline(prose)], []
    return [*converted, *inline(prose)]


def _begins_section(lines):
    """Whether the first of two lines is a heading of Google's, as Args: is."""
    return bool(_SECTION.fullmatch(lines[0]) and any(lines[1:]))


def inline(lines):
    """Lines of prose, their code marked as code and other signs left as they are."""
    parts = _CODE.split("\n".join(lines))
    parts[::2] = [_MARKUP.sub(r"\\\1", text) for text in parts[::2]]
    parts[1::2] = [f"``{code}``" for code in parts[1::2]]
    return "".join(parts).split("\n") if lines else []


def import_library(app):
    """Imports what autodoc asks for, once, before Sphinx divides its work."""
    process.import_keras_quietly()


def read(app, what, name, obj, options, lines):
    """Changes what autodoc has read, before Napoleon sees it."""
    lines[:] = convert(lines)


def skip(app, what, name, obj, skipped, options):
    """Leaves fields of named tuples out: the docstring of the class explains them."""
    return True if isinstance(obj, _FIELD) else None


def setup(app):
    """Registers the conversion."""
    app.connect("builder-inited", import_library)
    app.connect("autodoc-process-docstring", read, priority=400)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
