"""Before anything runs: are the inputs those that were sent, and is the image the environment that was asked for?"""

from __future__ import annotations

import os
import re
import stat
import sys
from typing import Any, Dict, List, Optional

from ..fingerprint import packages
from ..javascript.finding import digest
from .packages import packages_drift
from .request import DRIFT, INPUTS, NOTHING_RAN, Conditional, Input, Refused, Request

# An event is a line of the pod's log, which has to stay small.
_SHOWN = 50


def check_inputs(inputs: List[Input], root: str) -> None:
    """Raises Refused with a list of `{path, expected, got}`, `got` null for what is not there as a file."""
    found = [(item, sha256_of(os.path.join(root, item.path))) for item in inputs]
    wrong = [
        {"path": item.path, "expected": item.sha256, "got": got} for item, got in found if got != item.sha256
    ]
    if wrong:
        message = f"{len(wrong)} of {len(inputs)} input files are not those that were sent. Nothing ran."
        raise Refused(INPUTS, "inputs", message, inputs=wrong[:_SHOWN], count=len(wrong))


def sha256_of(path: str) -> Optional[str]:
    """None where there is no regular file; a link is none."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
    except (OSError, ValueError):
        return None
    return digest(path)


def check_environment(request: Request, root: str, folder: str) -> None:
    """Raises Refused with the drift: Python's minor version, and packages that are named and not there as named; or of a
    notebook in JavaScript kernel, engine and packages. `folder` is the notebook's."""
    drift = [*_drift(request), *_drift_of_npm(request, root, folder)]
    if drift and request.refuses_drift:
        first = "; ".join(_phrase(item) for item in drift[:3])
        more = f" and {len(drift) - 3} more" if len(drift) > 3 else ""
        message = f"The image is not the environment that was asked for: {first}{more}. Nothing ran."
        raise Refused(DRIFT, "environment", message, drift=drift[:_SHOWN], count=len(drift))


def _drift(request: Request) -> List[Dict[str, Any]]:
    drift = []
    here = "%d.%d" % sys.version_info[:2]
    if request.python is not None and ".".join(request.python.split(".")[:2]) != here:
        drift.append({"what": "python", "before": request.python, "after": here})
    installed = packages()
    wanted = {**request.packages, **_wanted_here(request.conditional)}
    for name, version in sorted(wanted.items()):
        after = installed.get(re.sub(r"[-_.]+", "-", name).lower())
        # A commit stands behind the version, where both sides know it.
        if after is not None and "@" not in version:
            after = after.partition("@")[0]
        if after != version:
            drift.append({"what": name, "before": version, "after": after})
    return drift


def _drift_of_npm(request: Request, root: str, folder: str) -> List[Dict[str, Any]]:
    if request.javascript is None:
        return []
    try:
        return packages_drift(request.javascript, root, folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"The lock that was sent cannot be read: {type(error).__name__}: {error}. Nothing ran."
        raise Refused(NOTHING_RAN, "pod", message) from None


def _wanted_here(conditional: List[Conditional]) -> Dict[str, str]:
    """Those whose marker (PEP 508) holds here. Without `packaging`, which ipykernel needs, none is asked for."""
    try:
        from packaging.markers import InvalidMarker, Marker
    except ImportError:
        return {}
    wanted = {}
    for item in conditional:
        try:
            is_for_here = Marker(item.marker).evaluate()
        except InvalidMarker:
            is_for_here = True
        if is_for_here:
            wanted[item.name] = item.version
    return wanted


def _phrase(item: Dict[str, Any]) -> str:
    return f"{item['what']} {item['after'] or 'is missing'} instead of {item['before']}"
