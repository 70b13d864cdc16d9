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
        state["remote"] = without_credentials(remote.strip())
    return state


def without_credentials(url: str) -> str:
    """As `src/git/remote.ts`, with which it shares its test: no user, password, token, query or path of this machine."""
    helper = re.match(r"([A-Za-z0-9+.-]+)::", url)
    if helper:
        return f"{helper[1]}::"
    if re.match(r"(?i)file:|[/~.\\]|[a-z]:[\\/]", url) or ":" not in url:
        return "local"
    scheme = re.match(r"(?i)([a-z][a-z0-9+.-]*://)?", url)
    start = scheme[0] if scheme else ""
    rest = re.sub(r"(?s)[?#].*$", "", url[len(start) :])
    authority = rest.split("/", 1)[0]
    # A password that was not encoded may hold any character: all before the last `@` of it goes.
    whole = "@" in authority or not re.search(r":[^/0-9]", authority) or "@" not in rest
    return start + rest[(authority if whole else rest).rfind("@") + 1 :]


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
