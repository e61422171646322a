"""Links are stamped alike everywhere, reversibly, and never in git by accident."""

import subprocess

import nbformat
import pytest

from tools import notebook_files, stamp_links

v4 = nbformat.v4
URL = "https://github.com/someone/a-fork"


def write_notebook(folder, name):
    output = v4.new_output("stream", text="42\n")
    cells = [
        v4.new_markdown_cell(f"# Title\n\nText.\n\n{stamp_links.MARKER}"),
        v4.new_code_cell(stamp_links.SETUP_CELL, execution_count=1, outputs=[output]),
        v4.new_code_cell(f"marker = '{stamp_links.MARKER}'"),
    ]
    path = folder / "notebooks" / name
    notebook_files.write(path, v4.new_notebook(cells=cells))
    return path


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "notebooks").mkdir()
    text = f"# Project\n{stamp_links.MARKER}\n\nText.\n"
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    for name in ("00_start_here.ipynb", "11_sentiment.ipynb"):
        write_notebook(tmp_path, name)
    return tmp_path


def contents(checkout):
    return {p: p.read_bytes() for p in stamp_links.stamped_files(checkout)}


def stamp(checkout, *arguments):
    return stamp_links.main(["--root", str(checkout), *arguments])


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/someone/a-fork",
        "https://github.com/someone/a-fork.git",
        "https://github.com/someone/a-fork/",
        "git@github.com:someone/a-fork.git",
        "ssh://git@github.com/someone/a-fork.git",
    ],
)
def test_every_form_of_address_is_understood(url):
    assert stamp_links.parse_address(url) == ("someone", "a-fork")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "somewhere",
        "https://example.org/someone/a-fork",
        "https://github.com/someone",
        'https://github.com/someone/a"fork',
        "https://github.com.example.org/someone/a-fork",
    ],
)
def test_other_addresses_are_refused(url):
    with pytest.raises(ValueError, match="expected https://github.com/OWNER/REPO"):
        stamp_links.parse_address(url)


def test_stamp_names_each_file_and_installs_from_the_fork(checkout):
    assert stamp(checkout, "--url", URL) == 0
    for path in notebook_files.all_notebooks(checkout / "notebooks"):
        row, install = stamp_links.stamp_of(path)
        assert f"someone/a-fork/blob/main/notebooks/{path.name})" in row
        assert f"someone/a-fork/main?urlpath=lab/tree/notebooks/{path.name})" in row
        assert install.endswith('@ git+https://github.com/someone/a-fork"')
    row, install = stamp_links.stamp_of(checkout / "README.md")
    assert "/notebooks/00_start_here.ipynb)" in row
    assert install is None


def test_stamped_set_up_cell_raises_nothing_and_touches_no_output(checkout):
    stamp(checkout, "--url", URL)
    cell = notebook_files.read(checkout / "notebooks/11_sentiment.ipynb").cells[1]
    assert "ModuleNotFoundError" not in cell.source
    assert cell.outputs[0].text == "42\n"


def test_clear_gives_back_every_byte(checkout):
    before = contents(checkout)
    stamp(checkout, "--url", URL)
    assert all(before[path] != text for path, text in contents(checkout).items())
    assert stamp(checkout, "--clear") == 0
    assert contents(checkout) == before


def test_stamping_anew_replaces_the_old_stamp(checkout):
    stamp(checkout, "--url", URL)
    once = contents(checkout)
    stamp(checkout, "--url", "https://github.com/other/name")
    assert all(b"someone" not in text for text in contents(checkout).values())
    stamp(checkout, "--url", URL)
    assert contents(checkout) == once


def test_marker_inside_a_line_is_left_alone(checkout):
    stamp(checkout, "--url", URL)
    cell = notebook_files.read(checkout / "notebooks/11_sentiment.ipynb").cells[2]
    assert cell.source == f"marker = '{stamp_links.MARKER}'"


def test_address_comes_from_origin(checkout):
    subprocess.run(["git", "init", "-q", str(checkout)], check=True)
    remote = ["git", "-C", str(checkout), "remote", "add", "origin"]
    subprocess.run([*remote, "git@github.com:someone/a-fork.git"], check=True)
    assert stamp(checkout) == 0
    assert stamp_links.stamp_of(checkout / "README.md")[0] is not None


def test_no_origin_says_what_to_give(checkout, capsys):
    subprocess.run(["git", "init", "-q", str(checkout)], check=True)
    assert stamp(checkout) == 1
    assert "make stamp URL=" in capsys.readouterr().err


def test_bad_address_changes_nothing(checkout, capsys):
    before = contents(checkout)
    assert stamp(checkout, "--url", "https://example.org/a/b") == 1
    assert "example.org" in capsys.readouterr().err
    assert contents(checkout) == before


def test_the_stamped_address_can_be_read_again(checkout):
    assert stamp_links.stamped_address(checkout) is None
    stamp(checkout, "--url", URL)
    assert stamp_links.stamped_address(checkout) == ("someone", "a-fork")


def problems(root):
    """What is stamped, differently stamped, or cannot be stamped in a checkout."""
    found = []
    stamps = {}
    for path in stamp_links.stamped_files(root):
        texts = stamp_links.texts(path)
        stamps[path.name] = stamp_links.stamp_of(path)
        if sum(len(stamp_links.MARKER_LINE.findall(text)) for text in texts) != 1:
            found.append(f"{path.name}: needs one line {stamp_links.MARKER}")
        bare = [stamp_links.clear_text(text) for text in texts]
        if path.suffix == ".ipynb" and stamp_links.SETUP_CELL not in bare:
            found.append(f"{path.name}: no cell is the canonical set-up cell")
    rows = {name: row is not None for name, (row, _) in stamps.items()}
    installs = {install for name, (_, install) in stamps.items() if "ipynb" in name}
    if len(set(rows.values())) > 1 or len(installs) > 1:
        found.append(f"stamped differently: {stamps}")
    return found


def test_suite_is_stamped_alike_or_not_at_all():
    assert problems(notebook_files.ROOT) == []


def test_half_stamped_checkout_is_found(checkout):
    assert problems(checkout) == []
    stamp(checkout, "--url", URL)
    assert problems(checkout) == []
    write_notebook(checkout, "12_new.ipynb")
    assert "stamped differently" in problems(checkout)[0]


def test_changed_set_up_cell_is_found(checkout):
    path = checkout / "notebooks" / "11_sentiment.ipynb"
    stamp_links.rewrite(path, lambda text: text.replace("start()", "start(1)"))
    assert problems(checkout) == [f"{path.name}: no cell is the canonical set-up cell"]
