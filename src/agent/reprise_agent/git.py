"""The state of the repository around the notebook, as far as `git` can tell."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any, Dict, Optional

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def git_state(folder: str) -> Optional[Dict[str, Any]]:
    """Commit, branch, remote without credentials, and whether tracked files differ; None outside a repository."""
    text = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    if text is None:
        return None
    heads = dict(
        line[2:].split(" ", 1) for line in text.splitlines() if line.startswith("# ") and " " in line[2:]
    )
    commit = heads.get("branch.oid", "")
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        return None
    state: Dict[str, Any] = {
        "commit": commit,
        "dirty": any(not line.startswith("#") for line in text.splitlines()),
    }
    if heads.get("branch.head", "(detached)") != "(detached)":
        state["branch"] = heads["branch.head"]
    remote = _git(folder, "config", "--get", "remote.origin.url")
    if remote and remote.strip():
        state["remote"] = _without_credentials(remote.strip())
    return state


def _without_credentials(url: str) -> str:
    if url.startswith(("/", "~", ".", "file:")) or "://" not in url and ":" not in url:
        return "local"
    return re.sub(r"^([a-z+]+://)?[^/@]*@", r"\1", url)


def _git(folder: str, *arguments: str) -> Optional[str]:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **_QUIET},
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
