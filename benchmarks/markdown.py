"""Tables as Markdown."""


def table(header, rows):
    """Returns the lines of a table."""
    first, *others = [
        "| " + " | ".join(map(str, row)) + " |" for row in [header, *rows]
    ]
    return [first, "|" + "---|" * len(header), *others]
