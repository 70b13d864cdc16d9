"""What a run's numbers can depend on besides its sources. Reads files and names only: no package is imported."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from typing import Any, Dict, List, Mapping

# Variables that can change results (docs: nondeterminism of BLAS, OpenMP, dispatch, framework switches).
_VARIABLES = re.compile(
    r"^(PYTHONHASHSEED|SOURCE_DATE_EPOCH|TZ|LANG|LC_ALL|(OMP|MKL|OPENBLAS|BLIS|KMP|GOTO|VECLIB|NUMEXPR|NPY|NUMBA|ATEN|ONEDNN|DNNL"
    r"|CUBLAS|CUBLASLT|CUDNN|CUDA|NVIDIA_TF32|NCCL|TF|XLA|JAX|TORCH|TORCHINDUCTOR|PL|HOROVOD)_.*)$"
)
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|AUTH", re.IGNORECASE)
_GPU_QUERY = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]


def fingerprint(environ: Mapping[str, str] = os.environ) -> Dict[str, Any]:
    system = platform.uname()
    return {
        "python": {
            "version": platform.python_version(),
            "build": " ".join(platform.python_build()),
            "implementation": platform.python_implementation(),
            "compiler": platform.python_compiler(),
        },
        "os": {"system": system.system, "release": system.release, "libc": " ".join(platform.libc_ver())},
        "cpu": _cpu(),
        "gpus": _gpus(),
        "packages": packages(),
        "variables": variables(environ),
    }


def variables(environ: Mapping[str, str]) -> Dict[str, str]:
    """Paths are left out: they name homes and hosts, and do not change results by themselves."""
    return {
        name: value
        for name, value in sorted(environ.items())
        if _VARIABLES.match(name) and not _SECRET.search(name) and "/" not in value and "\\" not in value
    }


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


def _cpu() -> Dict[str, Any]:
    model, flags = platform.processor() or platform.machine(), ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() == "model name":
                    model = value.strip()
                elif name.strip() in ("flags", "Features"):
                    flags = " ".join(sorted(value.split()))
                elif not name.strip() and flags:
                    break
    except OSError:
        flags = platform.machine()
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return {"model": model, "flags": hashlib.sha256(flags.encode()).hexdigest(), "cores": len(usable)}


def _gpus() -> List[Dict[str, str]]:
    if not os.path.exists("/proc/driver/nvidia/version"):
        return []
    try:
        text = subprocess.run(_GPU_QUERY, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [line.split(", ") for line in text.splitlines() if line.strip()]
    return [{"product": row[0], "driver": row[1]} for row in rows if len(row) == 2]
