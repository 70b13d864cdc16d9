"""NumPy's arrays, scalars and generators, and SciPy's sparse matrices."""

from __future__ import annotations

import hashlib
import sys
from typing import Any, Optional, Tuple

from .base import Form, is_a, is_from, qualified_name

_CHUNK = 1 << 24
_LONG_DOUBLE_BYTES = 10  # of the 12 or 16 that x87 numbers take up, the rest is garbage


def inline_scalar(value: Any) -> Optional[Tuple[Any, ...]]:
    """NumPy's plain scalars, written in place."""
    dtype = value.dtype
    if dtype.kind in "OVT" or dtype.char in "gG":
        return None
    return "scalar", type(value).__name__, dtype.str, value.tobytes()


def describe_array(value: Any) -> Optional[Form]:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if is_a(value, numpy.ma.MaskedArray):
        return _masked(numpy, value)
    if is_a(value, numpy.ndarray):
        return _array(numpy, value)
    if is_a(value, numpy.generic):
        return "scalar", (type(value).__name__, numpy.asarray(value)), "exact"
    if is_a(value, numpy.dtype):
        return "dtype", str(value), "exact"
    if is_a(value, numpy.ufunc):
        return "ufunc", value.__name__, "exact"
    if is_a(value, numpy.random.Generator):
        return "Generator", value.bit_generator, "exact"
    if is_a(value, numpy.random.BitGenerator):
        return "BitGenerator", (qualified_name(type(value)), value.state, _seed_of(value)), "exact"
    if is_a(value, numpy.random.RandomState):
        return "RandomState", value.get_state(legacy=False), "exact"
    if is_a(value, numpy.random.SeedSequence):
        return "SeedSequence", {**value.state, "pool": value.pool}, "exact"
    if is_from(value, "scipy") and hasattr(value, "format") and hasattr(value, "getnnz"):
        return _sparse(value)
    return None


def _seed_of(generator: Any) -> Any:
    # What spawned children will be; a legacy-seeded one has none.
    sequence = getattr(generator, "seed_seq", None) or getattr(generator, "_seed_seq", None)
    return sequence if is_from(sequence, "numpy") and hasattr(sequence, "pool") else None


def _array(numpy: Any, array: Any) -> Form:
    plain = numpy.asarray(array)
    fields = {} if type(array) is numpy.ndarray else dict(getattr(array, "__dict__", {}))
    if isinstance(array, numpy.memmap):
        # Where the file lies is not the value.
        return "array", ("numpy.ndarray", _content(numpy, plain), {}), "exact"
    return "array", (qualified_name(type(array)), _content(numpy, plain), fields), "exact"


def _masked(numpy: Any, array: Any) -> Form:
    mask = numpy.ma.getmaskarray(array)
    data = numpy.array(numpy.ma.getdata(array))
    if data.dtype.names is None:
        data[mask] = numpy.zeros((), data.dtype)  # what lies under the mask is not part of the value
    return "masked", (_content(numpy, data), _content(numpy, mask), array.fill_value), "exact"


def _content(numpy: Any, array: Any) -> Tuple[Any, ...]:
    """Data type, shape and digest of the elements in C order."""
    dtype = array.dtype
    if dtype.names is not None:
        # Field by field: the padding between them is garbage.
        fields = [(name, _content(numpy, array[name])) for name in dtype.names]
        return "fields", array.shape, fields
    if dtype.hasobject or dtype.kind == "T":
        return dtype.str if dtype.kind == "O" else str(dtype), array.shape, array.ravel().tolist()
    if dtype.char in "gG" and numpy.finfo(dtype).nmant == 63:
        return dtype.str, array.shape, _long_doubles(numpy, array)
    return dtype.str, array.shape, _digest_of(numpy, array)


def _digest_of(numpy: Any, array: Any) -> bytes:
    if array.size == 0:
        return b""
    if array.flags.c_contiguous:
        return hashlib.sha256(array.reshape(-1).view(numpy.uint8)).digest()
    if array.nbytes <= _CHUNK or array.ndim < 2:
        return hashlib.sha256(numpy.ascontiguousarray(array).reshape(-1).view(numpy.uint8)).digest()
    hashed = hashlib.sha256()
    rows = max(1, _CHUNK * len(array) // array.nbytes)
    for start in range(0, len(array), rows):
        part = numpy.ascontiguousarray(array[start : start + rows])
        hashed.update(part.reshape(-1).view(numpy.uint8))
    return hashed.digest()


def _long_doubles(numpy: Any, array: Any) -> bytes:
    size = array.dtype.itemsize if array.dtype.char == "g" else array.dtype.itemsize // 2
    numbers = numpy.ascontiguousarray(array).reshape(-1).view(numpy.uint8).reshape(-1, size)
    return hashlib.sha256(numpy.ascontiguousarray(numbers[:, :_LONG_DOUBLE_BYTES])).digest()


def _sparse(matrix: Any) -> Optional[Form]:
    if matrix.format not in ("csr", "csc", "coo", "bsr", "dia"):
        return None
    names = [name for name in ("data", "indices", "indptr", "row", "col", "offsets") if hasattr(matrix, name)]
    parts = {name: getattr(matrix, name) for name in names}
    return "sparse", (qualified_name(type(matrix)), matrix.shape, parts), "exact"
