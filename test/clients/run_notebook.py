"""run_notebook.py NOTEBOOK OUT: runs every cell in the current folder, and saves the notebook with what it shows."""

import sys

import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, kernel_name="python3", timeout=300).execute()
nbformat.write(notebook, sys.argv[2])
