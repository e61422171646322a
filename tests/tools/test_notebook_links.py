"""Every notebook leads to its neighbours, and only the tool's own lines change."""

import nbformat
import pytest

from tools import link_rules, notebook_files, notebook_links, stamp_links

v4 = nbformat.v4


def write(folder, name, title, ending="## Sources\n\n- A book."):
    first = f"# {title}\n\nText.\n\n{stamp_links.MARKER}"
    cells = [
        v4.new_markdown_cell(first),
        v4.new_code_cell("1 + 1"),
        v4.new_markdown_cell(ending),
    ]
    notebook_files.write(folder / name, v4.new_notebook(cells=cells))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, "00_start_here.ipynb", "Start here: the map")
    write(tmp_path, "01_order.ipynb", "Sequences and order: why?")
    write(tmp_path, "02_vanilla.ipynb", "The vanilla network")
    write(tmp_path, "11_text.ipynb", "Sentiment: words")
    return tmp_path


def run(folder):
    return notebook_links.main(["--folder", str(folder)])


def sources(folder, name):
    return [cell.source for cell in notebook_files.read(folder / name).cells]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def problems(folder):
    return [
        f"{path.name}: {problem}"
        for path in notebook_files.all_notebooks(folder)
        for problem in link_rules.check_links(path, notebook_files.read(path))
    ]


LINES = {
    "00_start_here.ipynb": (
        "[Glossary](glossary.md) · [01 Sequences and order →](01_order.ipynb)"
    ),
    "01_order.ipynb": (
        "[← Map](00_start_here.ipynb) · [Glossary](glossary.md) · "
        "[02 The vanilla network →](02_vanilla.ipynb)"
    ),
    "02_vanilla.ipynb": (
        "[← 01 Sequences and order](01_order.ipynb) · [Map](00_start_here.ipynb) · "
        "[Glossary](glossary.md) · [11 Sentiment →](11_text.ipynb)"
    ),
    "11_text.ipynb": (
        "[← 02 The vanilla network](02_vanilla.ipynb) · [Map](00_start_here.ipynb) · "
        "[Glossary](glossary.md)"
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_first_and_last_cell_lead_to_the_neighbours(name, folder):
    before = sources(folder, name)
    assert run(folder) == 0
    first, code, last = sources(folder, name)
    end = f"\n\n<!-- links -->\n{LINES[name]}"
    assert [first, code, last] == [before[0] + end, before[1], before[2] + end]


def test_running_it_again_changes_no_byte(folder):
    run(folder)
    once = contents(folder)
    run(folder)
    assert contents(folder) == once


def test_a_new_notebook_breaks_its_neighbours_until_the_tool_runs(folder):
    assert len(problems(folder)) == 8
    run(folder)
    assert problems(folder) == []
    write(folder, "03_new.ipynb", "Something new")
    broken = {problem.split(":")[0] for problem in problems(folder)}
    assert broken == {"02_vanilla.ipynb", "03_new.ipynb", "11_text.ipynb"}
    run(folder)
    assert problems(folder) == []


def test_links_move_to_a_new_last_cell(folder):
    run(folder)
    path = folder / "02_vanilla.ipynb"
    notebook = notebook_files.read(path)
    notebook.cells.append(v4.new_markdown_cell("An afterthought."))
    notebook_files.write(path, notebook)
    assert len(problems(folder)) == 2
    run(folder)
    assert problems(folder) == []
    assert sources(folder, path.name)[2] == "## Sources\n\n- A book."


def test_a_stamp_and_the_links_leave_each_other_alone(folder):
    run(folder)
    linked = contents(folder)
    for path in notebook_files.all_notebooks(folder):
        stamp_links.rewrite(
            path,
            lambda text, n=path.name: stamp_links.stamp_text(text, "me", "fork", n),
        )
    stamped = contents(folder)
    assert all(stamped[name] != linked[name] for name in LINES)
    run(folder)
    assert contents(folder) == stamped
    for path in notebook_files.all_notebooks(folder):
        stamp_links.rewrite(path, stamp_links.clear_text)
    assert contents(folder) == linked


def test_a_notebook_that_ends_in_code_is_named(folder, capsys):
    path = folder / "11_text.ipynb"
    notebook = notebook_files.read(path)
    notebook.cells.append(v4.new_code_cell("2"))
    notebook_files.write(path, notebook)
    assert run(folder) == 1
    assert "cell 3 of 11_text.ipynb is not Markdown" in capsys.readouterr().err
