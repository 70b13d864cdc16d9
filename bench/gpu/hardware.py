"""What the agent reads of a GPU host, by each of its ways, so that the ways can be compared with one another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

WAYS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from reprise_agent.fingerprint import gpus
ways = {
    "driver files": gpus._from_files,
    "NVML (pynvml)": gpus._by_nvml,
    "nvidia-smi": lambda: gpus._by_program(tuple(gpus._ASKED)),
    "torch": gpus._by_torch,
}
try:
    import torch
    torch.zeros(1, device="cuda")
except Exception:
    pass  # what torch has to say then is that it has no CUDA
found = {}
for name, read in ways.items():
    try:
        found[name] = read()
    except Exception as error:
        found[name] = f"{type(error).__name__}: {error}"
print(json.dumps({"any device": gpus._any_device(), "ways": found}))
"""
VERSIONS = """
import json, importlib.metadata as m
names = ("torch", "triton", "jax", "jaxlib", "jax-cuda13-plugin", "tensorflow", "tensorflow-cpu", "keras",
         "numpy", "scikit-learn", "nvidia-cudnn-cu12", "nvidia-cudnn-cu13", "nvidia-cublas",
         "nvidia-cuda-runtime", "nvidia-ml-py", "ipykernel")
found = {}
for name in names:
    try:
        found[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def hardware(agent: Path) -> Dict[str, Any]:
    """`probe` is the fingerprint; each value is a text where reading it failed."""
    return {
        "probe": _asked([str(agent), "probe"]),
        "gpus": _asked(["-c", WAYS, str(agent)]),
        "versions": _asked(["-c", VERSIONS]),
    }


def _asked(arguments: "list[str]") -> Any:
    try:
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr[-600:]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def told(found: Dict[str, Any]) -> "list[str]":
    """In lines for a person: what each way read, and where two of them disagree."""
    lines = []
    probe, ways = found["probe"], found["gpus"]
    if isinstance(probe, dict):
        lines.append(
            f"probe: gpus {json.dumps(probe.get('gpus'))}, read by {probe.get('how', {}).get('gpus')}"
        )
        lines += [f"probe: {item} unavailable: {why}" for item, why in probe.get("unavailable", {}).items()]
    else:
        lines.append(f"probe failed: {probe}")
    if not isinstance(ways, dict):
        return [*lines, f"reading the GPUs failed: {ways}"]
    lines.append(f"a device is there: {ways['any device']}")
    devices = {}
    for way, read in ways["ways"].items():
        lines.append(f"{way}: {json.dumps(read)}")
        if isinstance(read, list) and read:
            devices[way] = read[0]
    for name in sorted({name for device in devices.values() for name in device}):
        values = {way: device[name] for way, device in devices.items() if name in device}
        if len(set(values.values())) > 1:
            lines.append(f"the ways disagree about {name}: {json.dumps(values)}")
    return lines
