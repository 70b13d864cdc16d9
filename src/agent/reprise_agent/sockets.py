"""Where a kernel's sockets lie: Unix sockets in a folder of this user's alone, so that what is printed is nobody else's to
hear on a shared machine, and no other program can take a port between its choice and the kernel's start."""

from __future__ import annotations

import os
from typing import Optional

STARTERS = "reprise-"  # begins the name of a temporary folder of who starts a kernel
_LONGEST_PATH = 100  # sun_path holds 104 bytes on macOS, 108 on Linux


def ipc_prefix(folder: str) -> Optional[str]:
    """The `ip` of Jupyter's transport `ipc`, whose sockets are `<ip>-1` to `<ip>-5`; None where the folder's name is too
    long for that, which leaves loopback ports."""
    place = os.path.join(folder, "k")
    return place if len(os.fsencode(place)) + 2 <= _LONGEST_PATH else None
