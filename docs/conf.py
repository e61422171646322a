"""How Sphinx builds the site; `make site` gathers the pages first."""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT), str(DOCS / "extensions")]

from tools import build_site, mathjax, stamp_links  # noqa: E402

project = "Recurrent networks"
author = "the rnn-utils contributors"
project_copyright = f"{author}; code: Apache 2.0, prose and figures: CC BY 4.0"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "docstrings",
    "notebook_pages",
]
root_doc = "index"

# What is on the pages is what continuous integration measured.
nb_execution_mode = "off"
nb_custom_formats = {".ipynb": "notebook_pages.read_notebook"}
nb_code_prompt_show = "Show the solution"
nb_code_prompt_hide = "Hide the solution"
nb_render_markdown_format = "gfm"  # Tables, too.
# No widgets, and so none of the scripts that they would ask another server for.
nb_ipywidgets_js = {}
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
myst_update_mathjax = False
# A scorecard's record stands beside its table, for programs.
suppress_warnings = ["mystnb.unknown_mime_type"]

mathjax_path = mathjax.SCRIPT
mathjax_config_path = "static/mathjax_config.js"

autodoc_member_order = "bysource"
# What Keras says of its own methods is Keras's to say, in its own markup.
autodoc_inherit_docstrings = False
# The docstrings say types and shapes in words.
autodoc_typehints = "none"
napoleon_attr_annotations = False
python_maximum_signature_line_length = 80
add_module_names = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Call arguments", "params_style")]

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "static/favicon.svg"
html_static_path = ["static", str(build_site.MATHJAX)]
html_css_files = ["site.css"]
html_show_sphinx = False
html_sourcelink_suffix = ""
html_context = {"default_mode": "auto"}  # Light or dark as the system is.
html_theme_options = {
    "navbar_persistent": [],  # One search field is enough.
    "use_fullscreen_button": False,
    "home_page_in_toc": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "search_bar_text": "Search",
}
copybutton_exclude = ".linenos, .gp, .go"

# Where a fork has stamped its links, and only there.
_address = stamp_links.stamped_address(ROOT)
if _address:
    extensions.append("sphinx.ext.githubpages")
    html_theme_options |= {
        "repository_url": "https://github.com/{}/{}".format(*_address),
        "repository_branch": stamp_links.BRANCH,
        "use_repository_button": True,
        "launch_buttons": {
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }
