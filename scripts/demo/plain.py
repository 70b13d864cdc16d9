"""Runs a notebook the ordinary way: nbclient, the stock `python3` kernel, nothing of Reprise. `plain.py NOTEBOOK OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main(notebook: Path, out: Path) -> None:
    document = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        document, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(notebook.parent)}}
    )
    client.execute()
    nbformat.write(document, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
