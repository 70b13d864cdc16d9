"""Inputs of a Pachyderm job, by the commit that its variables say they are mounted from."""

from __future__ import annotations

import re
from typing import Iterable, Mapping

from .log import DataLog

MOUNT = "/pfs/"
_COMMIT = re.compile(r"[\w.@=~^-]{1,128}")


class PachydermInputs:
    """`environ`: the process' own variables as they were at its start, `<input>_COMMIT` and `PACH_JOB_ID` among them."""

    def __init__(self, environ: Mapping[str, str], log: DataLog, mount: str = MOUNT) -> None:
        self._mount = mount
        self._log = log
        self._job = _plain(environ.get("PACH_JOB_ID"))
        self._commits = {
            name[: -len("_COMMIT")]: _plain(commit)
            for name, commit in environ.items()
            if name.endswith("_COMMIT") and not name.startswith("PACH_")
        }

    def note(self, paths: Iterable[str]) -> None:
        """`paths`: absolute, of the files that were read."""
        if not self._commits:
            return
        for path in paths:
            if path.startswith(self._mount):
                repository = path[len(self._mount) :].partition("/")[0]
                if self._commits.get(repository):
                    version = {"commit": self._commits[repository], "job": self._job}
                    self._log.note("pachyderm", f"{MOUNT}{repository}", version)


def _plain(said: "str | None") -> str:
    return said if said is not None and _COMMIT.fullmatch(said) else ""
