"""Writes the README's picture: the output of the one cell with the tag `picture`.

python -m tools.readme_picture
"""

import base64
import sys

from tools import notebook_files

TAG = "picture"
PICTURE = notebook_files.NOTEBOOKS / "images" / "reading.png"


def picture(folder=notebook_files.NOTEBOOKS):
    """The PNG bytes of the tagged cell's output.

    Raises:
        ValueError: Where the notebooks do not hold exactly one such picture.
    """
    found = [
        output.data["image/png"]
        for path in notebook_files.all_notebooks(folder)
        for cell in notebook_files.read(path).cells
        if TAG in cell.metadata.get("tags", [])
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    if len(found) != 1:
        raise ValueError(
            f"The notebooks have {len(found)} pictures in cells with the tag {TAG!r}; "
            "expected one."
        )
    return base64.b64decode(found[0])


def main():
    """Writes the picture where it has changed; returns the exit status."""
    try:
        content = picture()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not PICTURE.exists() or PICTURE.read_bytes() != content:
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
