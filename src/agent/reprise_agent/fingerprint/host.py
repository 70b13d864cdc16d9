"""Operating system, processor, file system, locale and time zone, as the system's own files say."""

from __future__ import annotations

import codecs
import hashlib
import os
import platform
import re
import sys
from typing import Any, Dict, List, Mapping, Optional

from .reading import Readings, Unavailable


def system(read: Readings) -> Dict[str, Any]:
    name = platform.uname()
    found: Dict[str, Any] = {"system": name.system, "release": name.release, "libc": _libc()}
    distribution = read.take("os.distribution", "/etc/os-release", _distribution)
    return {**found, **({"distribution": distribution} if distribution else {})}


def _libc() -> str:
    """`confstr` asks the library itself; `libc_ver` would read the interpreter's file through."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        return " ".join(platform.libc_ver())


def _distribution() -> str:
    with open("/etc/os-release", encoding="utf-8") as file:
        found = re.search(r'^PRETTY_NAME="?(.*?)"?$', file.read(), re.MULTILINE)
    if found is None:
        raise Unavailable("/etc/os-release has no name")
    return found.group(1)


def cpu(read: Readings) -> Dict[str, Any]:
    info = read.take("cpu", "/proc/cpuinfo", _cpuinfo) or {}
    flags = " ".join(sorted(info.get("flags", info.get("Features", "")).split())) or platform.machine()
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    identity = [info[name] for name in ("vendor_id", "cpu family", "model", "stepping") if name in info]
    found = {
        "model": info.get("model name") or platform.processor() or platform.machine(),
        "flags": hashlib.sha256(flags.encode()).hexdigest(),
        "cores": len(usable),
        "affinity": ranges(sorted(usable)),
        "logical": os.cpu_count(),
        "identity": " ".join(identity) or None,
        "microcode": info.get("microcode"),
        "hypervisor": _hypervisor(flags),
        "numa": read.take("cpu.numa", "/sys/devices/system/node", _numa),
    }
    return {name: value for name, value in found.items() if value is not None}


def _cpuinfo() -> Dict[str, str]:
    """Of the first processor."""
    found: Dict[str, str] = {}
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            name, separator, value = line.partition(":")
            if separator:
                found[name.strip()] = value.strip()
            elif found:
                break
    return found


def _hypervisor(flags: str) -> str:
    """The kind of machine that a virtual one claims to be; `none` on bare metal."""
    if "hypervisor" not in flags.split():
        return "none"
    try:
        with open("/sys/hypervisor/type", encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return "unnamed"


def _numa() -> int:
    return sum(1 for name in os.listdir("/sys/devices/system/node") if re.match(r"node\d+$", name)) or 1


def ranges(numbers: List[int]) -> str:
    """`0-3,8`."""
    groups: List[List[int]] = []
    for number in numbers:
        if groups and number == groups[-1][1] + 1:
            groups[-1][1] = number
        else:
            groups.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in groups)


def filesystem(folder: str, read: Readings) -> Optional[str]:
    """Its type decides in which order names are listed. Where the mount is, nobody is told."""
    return read.take("filesystem", "/proc/self/mountinfo", lambda: _mounted(os.path.realpath(folder)))


def _mounted(folder: str) -> str:
    best, kind = -1, ""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code.group(1), 8)), before.split(" ")[4])
            inside = folder == point or folder.startswith(point.rstrip("/") + "/")
            # Of two mounts on one point the later one is seen.
            if inside and len(point) >= best:
                best, kind = len(point), after.split(" ")[0]
    if best < 0:
        raise Unavailable("no mount holds the folder")
    return kind


def locale(environ: Mapping[str, str], read: Readings) -> Dict[str, str]:
    """As POSIX resolves it, for sorting and for numbers; and what text files are read as."""
    read.how["locale"] = "LC_ALL, LC_*, LANG"

    def of(category: str) -> str:
        return environ.get("LC_ALL") or environ.get(category) or environ.get("LANG") or "C"

    return {"collate": of("LC_COLLATE"), "numeric": of("LC_NUMERIC"), "encoding": _encoding()}


def _encoding() -> str:
    if sys.flags.utf8_mode:
        return "utf-8"
    import locale as library

    return codecs.lookup(library.getpreferredencoding(False)).name


def timezone(environ: Mapping[str, str], read: Readings) -> Optional[str]:
    if "TZ" in environ:
        read.how["timezone"] = "TZ"
        # A path may name a home; its end is the zone.
        return environ["TZ"].rpartition("zoneinfo/")[2].lstrip(":") or "UTC"
    return read.take("timezone", "/etc/localtime", _linked_zone)


def _linked_zone() -> str:
    if not os.path.lexists("/etc/localtime"):
        return "UTC"
    target = os.path.realpath("/etc/localtime")
    if "zoneinfo/" in target:
        return target.rpartition("zoneinfo/")[2]
    with open("/etc/timezone", encoding="utf-8") as file:
        return file.read().strip()
