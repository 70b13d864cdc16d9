"""Files and data sets of the Hugging Face Hub, by the commit that their revision was when they were read."""

from __future__ import annotations

import functools
import os
import re
from typing import Any, Dict, Optional, Tuple

from ..seeding.imports import ImportHooks
from ..tracking.containers import open_quietly
from .log import DataLog

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SNAPSHOT = re.compile(r"[/\\]snapshots[/\\]([0-9a-f]{40})[/\\]")


def install(hooks: ImportHooks, log: DataLog) -> None:
    hooks.after("huggingface_hub.file_download", lambda module: _watch(module, log), "watching the Hub")
    hooks.after("datasets.load", lambda module: _watch_datasets(module, log), "watching datasets")


def _watch(module: Any, log: DataLog) -> None:
    download = module.hf_hub_download

    @functools.wraps(download)
    def noting_download(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        place = download(*args, **kwargs)
        try:
            if isinstance(place, (str, os.PathLike)):
                log.note("huggingface", *_downloaded(os.fspath(place), args, kwargs))
        except Exception as error:
            log.fault("noting a download", error)
        return place

    module.hf_hub_download = noting_download


def _downloaded(place: str, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> "Tuple[str, Dict[str, Any]]":
    """`place`: where the file lies now, in the cache or a folder of the user's."""
    given = {**dict(zip(("repo_id", "filename"), args)), **kwargs}
    repository = _named(given["repo_id"], given.get("repo_type"))
    file = "/".join(filter(None, (given.get("subfolder"), given["filename"])))
    snapshot = _SNAPSHOT.search(place)
    if snapshot is not None:
        blob = os.path.basename(os.path.realpath(place))
        named = os.path.basename(os.path.dirname(os.path.realpath(place))) == "blobs"
        return f"{repository}/{file}", {"revision": snapshot[1], "etag": blob if named else None}
    if given.get("local_dir") is not None:
        return f"{repository}/{file}", _beside(os.fspath(given["local_dir"]), file)
    return f"{repository}/{file}", {}


def _beside(folder: str, file: str) -> Dict[str, Any]:
    """What the Hub's client writes of a file that lies outside its cache: commit, ETag, time, each in a line."""
    place = os.path.join(folder, ".cache", "huggingface", "download", *file.split("/"))
    try:
        with open_quietly(f"{place}.metadata") as file_of_client:
            said = file_of_client.read(1000).decode("utf-8", "replace")
    except OSError:
        return {}
    commit, etag = [*said.splitlines(), "", ""][:2]
    return {"revision": commit, "etag": etag}


def _watch_datasets(module: Any, log: DataLog) -> None:
    load = module.load_dataset_builder

    @functools.wraps(load)
    def noting_load(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        builder = load(*args, **kwargs)
        try:
            repository: Optional[str] = getattr(builder, "repo_id", None)
            commit = getattr(builder, "hash", None)
            if repository and isinstance(commit, str) and _COMMIT.fullmatch(commit):
                log.note("huggingface", _named(repository, "dataset"), {"revision": commit})
        except Exception as error:
            log.fault("noting a data set", error)
        return builder

    module.load_dataset_builder = noting_load


def _named(repository: str, kind: Optional[str]) -> str:
    """As in an address of the Hub: models have no prefix."""
    return f"{kind}s/{repository}" if kind in ("dataset", "space") else str(repository)
