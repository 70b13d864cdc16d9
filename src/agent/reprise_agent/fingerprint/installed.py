"""Packages that are installed, and variables that can change results."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from typing import Dict, Mapping

# Variables that can change results (docs: nondeterminism of BLAS, OpenMP, dispatch, framework switches).
_VARIABLES = re.compile(
    r"^(PYTHONHASHSEED|SOURCE_DATE_EPOCH|TZ|LANG|LC_ALL|(OMP|MKL|OPENBLAS|BLIS|KMP|GOTO|VECLIB|NUMEXPR|NPY|NUMBA|ATEN|ONEDNN|DNNL"
    r"|CUBLAS|CUBLASLT|CUDNN|CUDA|NVIDIA_TF32|NCCL|TF|XLA|JAX|TORCH|TORCHINDUCTOR|PL|HOROVOD)_.*)$"
)
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|AUTH", re.IGNORECASE)
_PLACE = re.compile(r"ADDR|HOST|ENDPOINT|^TF_CONFIG$", re.IGNORECASE)
_DEVICE = re.compile(r"\b(GPU|MIG)-[0-9a-fA-F][0-9a-fA-F/-]{5,}")


def variables(environ: Mapping[str, str]) -> Dict[str, str]:
    """Paths, addresses and secrets are left out: they name homes and hosts, and do not change results by themselves."""
    names = {name for name in (platform.node(), environ.get("USER"), environ.get("LOGNAME")) if name}
    found = {}
    for name, value in sorted(environ.items()):
        if not _VARIABLES.match(name) or _SECRET.search(name) or _PLACE.search(name):
            continue
        # That a device was chosen can change results; which of several of one kind does not.
        shown = _DEVICE.sub(r"\1", value)
        if "/" in shown or "\\" in shown or any(re.search(rf"\b{re.escape(n)}\b", shown) for n in names):
            continue
        found[name] = shown
    return found


def packages() -> Dict[str, str]:
    """name → version of every distribution on the path; from a repository: version and commit."""
    found: Dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in names:
            if not entry.endswith((".dist-info", ".egg-info")):
                continue
            name, _, version = entry.rsplit(".", 1)[0].partition("-")
            key = re.sub(r"[-_.]+", "-", name).lower()
            if version and key not in found:
                found[key] = version.split("-py")[0] + _commit(os.path.join(folder, entry, "direct_url.json"))
    return dict(sorted(found.items()))


def _commit(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            commit = json.load(file).get("vcs_info", {}).get("commit_id", "")
    except (OSError, ValueError):
        return ""
    return f"@{commit}" if commit else ""
