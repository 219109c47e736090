"""Execute the notebooks: python notebooks/make.py [NAME...] runs each source NAME.py and writes NAME.ipynb beside it.

The same source and the same numbers give the same bytes: a cell is called by the hash of its source, and nothing is kept of when,
how fast and by which Python it ran.
"""

import hashlib
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

HERE = Path(__file__).parent
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}      # whatever the caller draws with
PATIENCE = 3600      # seconds after which a cell or a kernel that hangs is given up: more than the busiest machine needs
COLOURS = re.compile(r"\x1b\[[0-9;]*m")      # of a terminal, which not every machine has


def executed(source: Path) -> nbformat.NotebookNode:
    """The notebook of a source, executed whole in its own folder by the Python that runs this. Raises CellExecutionError."""
    notebook = jupytext.read(source)
    own = KernelSpecManager(kernel_dirs=[])      # without folders of kernels there is only that of this Python
    with TemporaryDirectory() as sockets:        # in place of ports, which notebooks executed side by side could both take
        kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=own, transport="ipc", ip=f"{sockets}/kernel")
        NotebookClient(notebook, km=kernel, timeout=PATIENCE, startup_timeout=PATIENCE, iopub_timeout=PATIENCE,
                       record_timing=False, coalesce_streams=True,
                       resources={"metadata": {"path": str(source.parent)}}).execute(cleanup_kc=True, env=os.environ | INLINE)
    notebook.metadata = METADATA
    for cell in notebook.cells:
        cell.id = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        cell.metadata = {}
        for output in cell.get("outputs", []):
            if "text/plain" in output.get("data", {}):
                output.data["text/plain"] = COLOURS.sub("", output.data["text/plain"])
    return notebook


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.stem for path in HERE.glob("[0-9]*_*.py")):
        nbformat.write(executed(HERE / f"{name}.py"), HERE / f"{name}.ipynb")
