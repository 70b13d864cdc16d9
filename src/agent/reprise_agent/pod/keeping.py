"""Results on a volume that outlives the pod: files, list and end of the run, in a folder of this pod's own."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any, Dict

from .message import encoded
from .results import Results


def keep(folder: str, uid: str, root: str, results: Results, end: Dict[str, Any]) -> None:
    """Writes `folder/uid/files/…`, `manifest.json` and, last of all, `end.json`, the termination message: where it is,
    everything is. Raises OSError."""
    place = os.path.join(folder, uid or "pod")
    # Of an earlier start of the same pod.
    if os.path.lexists(place):
        shutil.rmtree(place)
    os.makedirs(os.path.join(place, "files"))
    with open(results.path, "rb") as file:
        manifest = file.read()
    for file in json.loads(manifest)["files"]:
        target = os.path.join(place, "files", file["path"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(root, file["path"]), target)
    for name, data in (("manifest.json", manifest), ("end.json", encoded(end))):
        path = os.path.join(place, name)
        with open(path + ".new", "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(path + ".new", path)
