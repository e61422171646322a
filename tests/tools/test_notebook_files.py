"""Notebooks are found by number or name, and written at once or not at all."""

import nbformat
import pytest

from tools import notebook_files

v4 = nbformat.v4


@pytest.fixture
def folder(tmp_path):
    for name in ("00_start_here", "01_steps", "11_sentiment", "12_names"):
        notebook_files.write(tmp_path / f"{name}.ipynb", v4.new_notebook())
    (tmp_path / "notes.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("11", ["11_sentiment"]),
        ("1", ["01_steps"]),
        ("0", ["00_start_here"]),
        ("12_na", ["12_names"]),
        ("notebooks/11_sentiment.ipynb", ["11_sentiment"]),
        (None, ["00_start_here", "01_steps", "11_sentiment", "12_names"]),
        ("", ["00_start_here", "01_steps", "11_sentiment", "12_names"]),
        ("all", ["00_start_here", "01_steps", "11_sentiment", "12_names"]),
        ("12 0 12_names", ["00_start_here", "12_names"]),
    ],
)
def test_notebook_is_found(folder, wanted, names):
    found = notebook_files.find_notebooks(wanted, folder)
    assert [path.stem for path in found] == names


@pytest.mark.parametrize("wanted", ["77", "sentiment", "110", ".ipynb", "11 77"])
def test_unknown_notebook_lists_what_exists(folder, wanted):
    with pytest.raises(ValueError, match="there are: 00_start_here, 01_steps, 11_"):
        notebook_files.find_notebooks(wanted, folder)


def test_written_file_is_what_jupyter_writes(tmp_path):
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("π")])
    notebook_files.write(tmp_path / "ours.ipynb", notebook)
    nbformat.write(notebook, tmp_path / "theirs.ipynb")
    ours, theirs = (tmp_path / name for name in ("ours.ipynb", "theirs.ipynb"))
    assert ours.read_bytes() == theirs.read_bytes()


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    notebook_files.write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        notebook_files.write_text(path, "new \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_write_keeps_the_files_mode(tmp_path):
    path = tmp_path / "file.txt"
    path.touch()
    path.chmod(0o640)
    notebook_files.write_text(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_headings_leave_code_out():
    source = "# One\n\n```python\n# no heading\n```\n\n### Three ###\n#hashtag"
    cells = [v4.new_code_cell("# comment"), v4.new_markdown_cell(source)]
    notebook = v4.new_notebook(cells=cells)
    assert list(notebook_files.headings(notebook)) == [(1, 1, "One"), (1, 3, "Three")]
    assert notebook_files.title(notebook) == "One"


def test_beginning_ends_with_the_first_cell_about_the_data():
    first, second, third = (v4.new_code_cell(source) for source in ("1", "2", "3"))
    data = v4.new_markdown_cell("## The data: names")
    notebook = v4.new_notebook(cells=[first, data, second, third])
    part = notebook_files.beginning(notebook)
    assert [cell.source for cell in part.cells] == ["1", "## The data: names", "2"]
    assert len(notebook.cells) == 4


def test_notebook_without_data_has_no_beginning():
    cells = [v4.new_markdown_cell("# Data"), v4.new_code_cell("1")]
    with pytest.raises(ValueError, match="no code below a heading about its data"):
        notebook_files.beginning(v4.new_notebook(cells=cells))
