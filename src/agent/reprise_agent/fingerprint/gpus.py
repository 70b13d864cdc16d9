"""The GPUs: a list when a kernel starts, from files; at the end of a run their details, by NVML or `nvidia-smi`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, Dict, List, Optional

from .reading import Readings, Unavailable

_DRIVER = "/proc/driver/nvidia"
_TIMEOUT = 5.0
# Index and address, uuid and serial are not asked for: they name one device among others of its kind.
_ASKED = {
    "product": "name",
    "driver": "driver_version",
    "capability": "compute_cap",
    "memory": "memory.total",
    "vbios": "vbios_version",
    "ecc": "ecc.mode.current",
    "mig": "mig.mode.current",
}


def listed(read: Readings) -> List[Dict[str, str]]:
    """Product and driver. Empty where there is none, or none that can be read: then `read.unavailable` says why."""
    if not _any_device():
        read.how["gpus"] = f"{_DRIVER}, /dev/nvidiactl"
        return []
    found = read.take("gpus", _DRIVER, _from_files)
    if found is None:
        del read.unavailable["gpus"]
        found = read.take("gpus", "nvidia-smi", lambda: _by_program(("product", "driver")))
    return found or []


def detailed(read: Readings) -> List[Dict[str, str]]:
    """At the end of a run: also what each can compute, and how it is set."""
    if not _any_device():
        return []
    for how, reading in (
        ("NVML (pynvml)", _by_nvml),
        ("nvidia-smi", lambda: _by_program(tuple(_ASKED))),
        ("torch", _by_torch),
    ):
        read.unavailable.pop("gpus", None)
        found = read.take("gpus", how, reading)
        if found is not None:
            return found
    return []


def _any_device() -> bool:
    return os.path.exists(f"{_DRIVER}/version") or os.path.exists("/dev/nvidiactl")


def _from_files() -> List[Dict[str, str]]:
    with open(f"{_DRIVER}/version", encoding="utf-8") as file:
        words = file.readline().split()
    driver = next((word for word in words if word[0].isdigit() and "." in word), "")
    found = []
    for name in sorted(os.listdir(f"{_DRIVER}/gpus")):
        with open(f"{_DRIVER}/gpus/{name}/information", encoding="utf-8") as file:
            lines = dict(line.split(":", 1) for line in file if ":" in line)
        found.append({"product": lines["Model"].strip(), "driver": driver})
    if not found:
        raise Unavailable("the driver lists none")
    return found


def _by_program(fields: "tuple[str, ...]") -> List[Dict[str, str]]:
    asked = ",".join(_ASKED[field] for field in fields)
    query = ["nvidia-smi", f"--query-gpu={asked}", "--format=csv,noheader"]
    text = subprocess.run(query, capture_output=True, text=True, timeout=_TIMEOUT, check=True).stdout
    rows = [line.split(", ") for line in text.splitlines() if line.strip()]
    return [
        {field: value for field, value in zip(fields, row) if value not in ("[N/A]", "[Not Supported]")}
        for row in rows
        if len(row) == len(fields)
    ]


def _by_nvml() -> List[Dict[str, str]]:
    try:
        import pynvml
    except ImportError:
        raise Unavailable("nvidia-ml-py is not installed") from None
    pynvml.nvmlInit()
    try:
        driver = _text(pynvml.nvmlSystemGetDriverVersion())
        return [
            _device(pynvml, pynvml.nvmlDeviceGetHandleByIndex(index), driver)
            for index in range(pynvml.nvmlDeviceGetCount())
        ]
    finally:
        pynvml.nvmlShutdown()


def _device(nvml: Any, handle: Any, driver: str) -> Dict[str, str]:
    """What a device does not tell is left out."""

    def asked(question: str, answer: Any) -> Optional[str]:
        try:
            return answer(getattr(nvml, question)(handle))
        except (nvml.NVMLError, AttributeError):
            return None

    def setting(state: Any) -> str:
        return "Enabled" if state[0] else "Disabled"

    found = {
        "product": asked("nvmlDeviceGetName", _text),
        "driver": driver,
        "capability": asked("nvmlDeviceGetCudaComputeCapability", lambda it: f"{it[0]}.{it[1]}"),
        "memory": asked("nvmlDeviceGetMemoryInfo", lambda it: f"{it.total // 2**20} MiB"),
        "vbios": asked("nvmlDeviceGetVbiosVersion", _text),
        "ecc": asked("nvmlDeviceGetEccMode", setting),
        "mig": asked("nvmlDeviceGetMigMode", setting),
        "cores": asked("nvmlDeviceGetNumGpuCores", str),
    }
    return {name: value for name, value in found.items() if value is not None}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _by_torch() -> List[Dict[str, str]]:
    torch = sys.modules.get("torch")
    if torch is None:
        raise Unavailable("no NVML, no nvidia-smi that answers, and torch was not imported")
    # Asking a CUDA that nobody used would start it.
    if not torch.cuda.is_initialized():
        raise Unavailable("no NVML, no nvidia-smi that answers, and the notebook did not use CUDA")
    found = []
    for index in range(torch.cuda.device_count()):
        device = torch.cuda.get_device_properties(index)
        found.append(
            {
                "product": device.name,
                "capability": f"{device.major}.{device.minor}",
                "memory": f"{device.total_memory // 2**20} MiB",
                "multiprocessors": str(device.multi_processor_count),
            }
        )
    return found
