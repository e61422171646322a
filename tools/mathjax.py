"""MathJax from the npm registry, pinned, for pages that ask no other server."""

from pathlib import Path

from rnn_utils.datasets.building.package_download import RegistryPackage
from rnn_utils.datasets.building.registry_package import read_members

SCRIPT = "tex-svg.js"
_VERSION = "4.1.3"
_MATHJAX = RegistryPackage(
    "mathjax",
    _VERSION,
    "b7109f516f3d842de62b95d653e35fa0976dc223706a2a77440e7f7723f0c54d",
    kind="npm",
)
_FONT = RegistryPackage(
    "@mathjax/mathjax-newcm-font",
    _VERSION,
    "87d7b869c6a2a6169d9a53acc4eab6c846a9cbe11752738226461bb5070c8b88",
    kind="npm",
)
# For readers who listen: the formula as MathML. The licence goes where the code goes.
_MEMBERS = (SCRIPT, "a11y/assistive-mml.js", "LICENSE")
# The script has the glyphs of most formulas in it, and asks for these when it needs
# them: the letters of \mathcal, \mathbb, \mathfrak, \mathsf, rarer symbols and accents.
_GLYPHS = (
    "accents",
    "accents-b-i",
    "arrows",
    "calligraphic",
    "double-struck",
    "fraktur",
    "greek",
    "latin",
    "latin-b",
    "latin-bi",
    "latin-i",
    "marrows",
    "math",
    "monospace",
    "mshapes",
    "PUA",
    "sans-serif",
    "sans-serif-b",
    "sans-serif-bi",
    "sans-serif-i",
    "script",
    "shapes",
    "symbols",
    "symbols-b-i",
    "variants",
)


def copy_to(folder):
    """Writes the script, and what it may ask for, into a folder.

    Raises:
        FetchError: The packages are not kept, and cannot be downloaded.
    """
    folder = Path(folder)
    _write(_MATHJAX, {f"package/{name}": folder / name for name in _MEMBERS})
    glyphs = folder / "fonts" / "mathjax-newcm-font" / "svg" / "dynamic"
    files = {f"package/svg/dynamic/{name}.js": f"{name}.js" for name in _GLYPHS}
    _write(_FONT, {member: glyphs / name for member, name in files.items()})


def _write(package, places):
    for member, content in read_members(package, places).items():
        places[member].parent.mkdir(parents=True, exist_ok=True)
        places[member].write_bytes(content)
