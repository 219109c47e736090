"""How Sphinx builds the pages: `make docs`. The folder of the project is the source folder."""

import gc
import sys
from importlib import import_module
from importlib.metadata import version as installed
from pathlib import Path

gc.set_threshold(100_000)  # most of what a build makes lasts to its end
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import_module("make_reference").make(HERE / "reference")

project = "ceasefire"
version = release = installed("ceasefire")
copyright = "the authors of ceasefire"  # noqa: A001  Sphinx calls it so
language = "en"
root_doc = "docs/index"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
include_patterns = ["docs/**.md", "notebooks/*.ipynb", "benchmarks/*.md", "*.md"]
exclude_patterns = [".venv", "build", "runs", "**/.*"]

html_theme = "furo"
html_title = f"ceasefire {release}"
html_show_copyright = False
html_copy_source = False
html_static_path = ["pages.css"]
html_css_files = ["pages.css"]

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
default_role = "code"  # a name in single back quotes
napoleon_google_docstring = False
python_maximum_signature_line_length = 80

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # notebooks come with their outputs, which the tests compare
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # no page fetches anything from a network
nb_merge_streams = True
