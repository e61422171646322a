"""The README's picture is the one that the notebook drew."""

import base64
import re

import nbformat
import pytest

from tools import notebook_files, readme_picture

v4 = nbformat.v4


def save(folder, *contents):
    outputs = [
        v4.new_output(
            "display_data", data={"image/png": base64.b64encode(content).decode()}
        )
        for content in contents
    ]
    cell = v4.new_code_cell("draw()", outputs=outputs, metadata={"tags": ["picture"]})
    path = folder / "11_toy.ipynb"
    notebook_files.write(path, v4.new_notebook(cells=[cell]))


def test_the_picture_in_the_readme_is_the_notebooks_output():
    assert readme_picture.PICTURE.read_bytes() == readme_picture.picture()


def test_every_picture_of_the_readme_exists_and_is_described_in_words():
    text = (notebook_files.ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[(.*?)\]\((?!https?:)(.*?)\)", text)
    assert pictures
    for description, path in pictures:
        assert len(description) > 20
        assert (notebook_files.ROOT / path).is_file()


def test_the_tagged_output_is_found(tmp_path):
    save(tmp_path, b"png")
    assert readme_picture.picture(tmp_path) == b"png"


@pytest.mark.parametrize("contents", [(), (b"one", b"two")])
def test_none_or_two_pictures_are_refused(tmp_path, contents):
    save(tmp_path, *contents)
    with pytest.raises(ValueError, match=f"have {len(contents)} pictures"):
        readme_picture.picture(tmp_path)
