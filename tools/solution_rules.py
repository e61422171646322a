"""Solutions: the cells of a notebook that its student version does without.

A cell, code or Markdown, with the tag `solution` stands below the exercises, runs like
any other, and is folded in JupyterLab, its outputs too. `make run` folds it.
"""

import ast
import symtable

from IPython.core.inputtransformer2 import TransformerManager

from tools import notebook_files
from tools.notebook_files import SOLUTION, is_solution

FOLDED = {"source_hidden": True}
# An open output would tell the answer.
FOLDED_CODE = {**FOLDED, "outputs_hidden": True}


def fold(notebook):
    """Folds the solutions of a notebook, and no other cell."""
    for cell in notebook.cells:
        wanted = _folded(cell)
        if wanted:
            cell.metadata.jupyter = wanted
        else:
            cell.metadata.pop("jupyter", None)


def _folded(cell):
    """What JupyterLab is told about how a cell is to be shown; {} for all of it."""
    if not is_solution(cell):
        return {}
    return dict(FOLDED_CODE if cell.cell_type == "code" else FOLDED)


def check_solutions(path, notebook):
    """Below the exercises, folded, and nothing but a solution needs a solution."""
    section = ""
    headings = {
        index: text
        for index, level, text in notebook_files.headings(notebook)
        if level == 2
    }
    for index, cell in enumerate(notebook.cells):
        section = headings.get(index, section)
        if cell.metadata.get("jupyter", {}) != _folded(cell):
            yield (
                f"cell {index} is folded and no solution, or the reverse; `make run` "
                "folds what has the tag"
            )
        if is_solution(cell) and not is_about_exercises(section):
            yield f"cell {index} is a solution outside the exercises, in {section!r}"
    for index, _, text in notebook_files.headings(notebook):
        if text.startswith("Solution") and not is_solution(notebook.cells[index]):
            yield f"cell {index} has the heading {text!r} and lacks the tag {SOLUTION}"
    yield from _needed_solutions(notebook)


def is_about_exercises(heading):
    """Whether a heading begins the exercises or their solutions."""
    return any(word in heading.lower() for word in ("exercise", "solution"))


def _needed_solutions(notebook):
    """No other cell may read a name as a solution has left it."""
    cells = [
        (index, is_solution(cell), *names_in(cell.source))
        for index, cell in notebook_files.code_cells(notebook)
    ]
    kept = set().union(*(bound for _, solves, _, bound in cells if not solves))
    # From the start those that nothing else binds: a function may read them later.
    given = {
        name: index
        for index, solves, _, bound in cells
        for name in bound - kept
        if solves
    }
    for index, solves, read, bound in cells:
        if solves:
            given |= dict.fromkeys(bound, index)
            continue
        for name in sorted(read & set(given)):
            yield (
                f"cell {index} reads {name}, which the solution in cell {given[name]} "
                "binds; the student version would lack it"
            )
        for name in bound:
            given.pop(name, None)


def names_in(source):
    """What a cell's code reads of other cells, and what it leaves to them.

    Returns:
        Two sets of names: read here and not bound by this cell, and bound here. Both
        are empty where the code does not parse.
    """
    python = TransformerManager().transform_cell(source)
    try:
        statements = ast.parse(python).body
    except SyntaxError:
        return set(), set()  # `check_code` says so.
    parts = [(statement, *_names(statement)) for statement in statements]
    everything = set().union(*(binds for _, _, binds in parts))
    read, bound = set(), set()
    for statement, reads, binds in parts:
        # What a loop or a function reads, the cell may bind after the first line of it.
        in_order = isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr)
        read |= reads - (bound if in_order else everything)
        bound |= binds
    return read, bound


class _AsGenerators(ast.NodeTransformer):
    """Turns comprehensions into generators.

    From Python 3.12 on, a comprehension's own names count as those of the scope around
    it; a generator has a scope of its own in all versions.
    """

    def visit_ListComp(self, node):
        """Of lists, and of sets."""
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node):
        """Of dictionaries: pairs."""
        self.generic_visit(node)
        pair = ast.Tuple([node.key, node.value], ast.Load())
        return ast.GeneratorExp(pair, node.generators)


def _names(statement):
    """The global names that a statement reads, and those that it binds."""
    source = ast.unparse(_AsGenerators().visit(statement))
    table = symtable.symtable(source, "statement", "exec")
    reads = _globals(table, lambda symbol: symbol.is_referenced())
    binds = _globals(table, lambda symbol: symbol.is_assigned() or symbol.is_imported())
    changes = isinstance(statement, ast.AugAssign) and isinstance(
        statement.target, ast.Name
    )
    return reads | (binds if changes else set()), binds


def _globals(table, concerns):
    """The global names of some kind in a scope and in those within it."""
    top = table.get_type() == "module"
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if concerns(symbol) and (top or symbol.is_global())
    }
    return names.union(*(_globals(child, concerns) for child in table.get_children()))
