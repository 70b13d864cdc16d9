"""HDF5 and Parquet by what they hold, read with the library that the notebook itself has loaded: nothing is imported."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any, Dict, Iterator, Tuple

from .containers import Unread, open_quietly

_SLICE = 1 << 24
_PARQUET_LIMIT = 1 << 26  # it is decoded whole, to many times its size


def read_with_library(path: str, kind: str) -> str:
    """sha256 in hex of what the file holds. Raises `Unread` with the reason where it cannot be had."""
    if kind == "hdf5":
        h5py = sys.modules.get("h5py")
        if h5py is None or not hasattr(h5py, "File"):
            raise Unread("h5py is not loaded")
        return _hdf5(h5py, path)
    parquet = sys.modules.get("pyarrow.parquet")
    if parquet is None or not hasattr(parquet, "read_table"):
        raise Unread("pyarrow is not loaded")
    return _parquet(sys.modules["pyarrow"], parquet, path)


def _hdf5(h5py: Any, path: str) -> str:
    """Groups, links, attributes and elements by name; not the times of objects, nor how the file is laid out."""
    hashed = hashlib.sha256()
    with h5py.File(path, "r") as file:
        for part in _objects(h5py, file, "/", {}):
            hashed.update(repr(part).encode())
    return hashed.hexdigest()


def _objects(h5py: Any, found: Any, name: str, seen: Dict[Any, str]) -> Iterator[Tuple[Any, ...]]:
    address = h5py.h5o.get_info(found.id).addr
    if address in seen:
        yield "same", name, seen[address]
        return
    seen[address] = name
    for attribute in sorted(found.attrs):
        yield "attribute", name, attribute, *_elements(h5py, found.file, found.attrs[attribute])
    if isinstance(found, h5py.Dataset):
        yield "dataset", name, str(found.dtype), found.shape, _digest(h5py, found)
    elif isinstance(found, h5py.Datatype):
        yield "type", name, str(found.dtype)
    else:
        yield "group", name
        for member in sorted(found):
            link = found.get(member, getlink=True)
            if isinstance(link, h5py.HardLink):
                yield from _objects(h5py, found[member], f"{name.rstrip('/')}/{member}", seen)
            else:
                yield "link", name, member, getattr(link, "filename", None), link.path


def _digest(h5py: Any, dataset: Any) -> str:
    hashed = hashlib.sha256()
    if not dataset.shape or dataset.size == 0:
        hashed.update(repr(_elements(h5py, dataset.file, dataset[()])).encode())
        return hashed.hexdigest()
    rows = max(1, _SLICE * dataset.shape[0] // max(1, dataset.size * dataset.dtype.itemsize))
    for start in range(0, dataset.shape[0], rows):
        hashed.update(repr(_elements(h5py, dataset.file, dataset[start : start + rows])).encode())
    return hashed.hexdigest()


def _elements(h5py: Any, file: Any, value: Any) -> Tuple[Any, ...]:
    numpy = sys.modules["numpy"]
    if isinstance(value, h5py.Empty):
        return "empty", str(value.dtype)
    if isinstance(value, h5py.Reference):
        return "reference", file[value].name if value else None
    array = numpy.asarray(value)
    if array.dtype.kind == "O":
        items = [
            item if isinstance(item, (str, bytes)) else _elements(h5py, file, item)
            for item in array.reshape(-1).tolist()
        ]
        return "objects", array.shape, items
    if array.dtype.names is not None:
        # Field by field: the padding between them is garbage.
        return "fields", [(name, _elements(h5py, file, array[name])) for name in array.dtype.names]
    return array.dtype.str, array.shape, hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()


def _parquet(pyarrow: Any, parquet: Any, path: str) -> str:
    """Columns by name and type; not row groups, compression, or which version wrote it."""
    with open_quietly(path) as file:
        if file.seek(0, 2) > _PARQUET_LIMIT:
            raise Unread("larger than 64 MiB")
        file.seek(0)
        table = parquet.read_table(file, use_threads=False)
    hashed = hashlib.sha256(json.dumps(_pandas_facts(table.schema.metadata), sort_keys=True).encode())
    for column, name in zip(table.columns, table.column_names):
        whole = pyarrow.concat_arrays(column.chunks) if column.num_chunks else column
        hashed.update(repr((name, str(column.type), len(column))).encode())
        alone = pyarrow.table({"column": whole})
        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, alone.schema) as writer:
            writer.write_table(alone)
        hashed.update(sink.getvalue())
    return hashed.hexdigest()


def _pandas_facts(metadata: Any) -> Any:
    facts = json.loads((metadata or {}).get(b"pandas", b"{}"))
    return {name: item for name, item in facts.items() if name not in ("creator", "pandas_version")}
