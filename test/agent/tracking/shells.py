"""A fresh IPython shell in this process with the trackers on it."""

from __future__ import annotations

import atexit
import builtins
import bz2
import contextlib
import io
import os
import tarfile
import warnings

from IPython.core import interactiveshell
from IPython.core.interactiveshell import InteractiveShell
from reprise_agent.cells import Cells
from reprise_agent.tracking.files import FileTracker
from reprise_agent.tracking.variables import VariableTracker
from reprise_agent.tracking.warnings import WarningTracker

_PATCHED = [
    *((builtins, "open"), (io, "open"), (bz2, "_builtin_open"), (tarfile, "bltn_open")),
    *((os, name) for name in ("open", "chdir", "rename", "replace", "remove", "unlink", "mkdir", "rmdir")),
    *((interactiveshell, "io_open"), (InteractiveShell, "_get_exc_info"), (warnings, "_showwarnmsg")),
]


class Notebook:
    def __init__(self, root, budget_ms=None, files=True):
        InteractiveShell.clear_instance()
        self.shell = InteractiveShell.instance()
        self.variables = VariableTracker(self.shell, budget_ms)
        self.cells, self.count = Cells(str(root)), 0
        self.warnings = WarningTracker(self.cells)
        self.files = (
            FileTracker(str(root), str(root), [os.path.join(str(root), "notebook.ipynb")]) if files else None
        )
        for tracker in (self.variables, self.warnings, self.files):
            if tracker is not None:
                tracker.install()

    def run(self, source):
        """The variable fields of the cell's record, with its files, warnings and error."""
        self.variables.before("cell", source)
        if self.files is not None:
            self.files.before(source)
        filename = self.shell.compile.get_code_name(
            source, self.shell.transform_cell(source), self.shell.execution_count
        )
        self.cells.begin(f"cell-{self.count}", self.count, filename)
        self.count += 1
        self.warnings.before()
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            result = self.shell.run_cell(source)
        line = self.variables.after()
        line["files"] = self.files.after() if self.files is not None else []
        line["warnings"] = self.warnings.after()
        line["operations"] = self.warnings.operations.found()
        line["error"] = result.error_in_exec or result.error_before_exec
        line["printed"] = printed.getvalue()
        line["wrote"] = [entry["name"] for entry in line["writes"]]
        return line


@contextlib.contextmanager
def notebook(root, **options):
    kept = [(owner, name, getattr(owner, name)) for owner, name in _PATCHED]
    folder = os.getcwd()
    os.chdir(root)
    made = Notebook(root, **options)
    try:
        yield made
    finally:
        if made.files is not None:
            made.files.close()
        for owner, name, value in kept:
            setattr(owner, name, value)
        os.chdir(folder)
        InteractiveShell.clear_instance()
        # It collects garbage for each shell that was ever made: together longer than the tests take.
        atexit.unregister(made.shell.atexit_operations)
        made.shell.history_manager.end_session()
        made.variables.uninstall()
