"""State of the global generators: digests for the record, cheap marks to find the statement that drew, and saving
them around work that is not the user's (completion, inspection)."""

from __future__ import annotations

import array
import ctypes
import hashlib
import random
import sys
from typing import Any, Callable, Dict, Tuple

from . import numba_random, numpy_random, python_random
from .frameworks import torch_state
from .whole import whole_torch

# Of each global generator, the function that takes a state, and a state for it.
Kept = Dict[str, Tuple[Callable[[Any], None], Any]]


def digests() -> Dict[str, str]:
    """sha256 of the state of every global generator loaded so far (about 0.1 ms for all)."""
    found = {python_random.GLOBAL: _sha(_python_state())}
    if _numpy() is not None:
        found[numpy_random.GLOBAL] = _sha(_numpy_state())
    torch = torch_state()
    if torch is not None:
        found["torch"] = _sha(torch)
    numba = numba_random.save()
    if numba:
        found[numba_random.SOURCE] = _sha(b"".join(numba))
    return found


def save() -> Kept:
    """What `restore` needs to put the global generators back as they are now."""
    kept: Kept = {python_random.GLOBAL: (put_python, random.getstate())}
    numpy = _numpy()
    if numpy is not None:
        kept[numpy_random.GLOBAL] = numpy.mtrand._rand.set_state, numpy.get_state(legacy=False)
    torch = whole_torch()
    if torch is not None:
        kept["torch"] = torch.default_generator.set_state, torch.default_generator.get_state()
    kept[numba_random.SOURCE] = numba_random.put, numba_random.save()
    return kept


def put_python(state: Any) -> None:
    random._inst.setstate.__wrapped__(state)  # type: ignore[attr-defined]


def restore(kept: Kept) -> None:
    for put, state in kept.values():
        put(state)


def mark(known: Dict[str, Any]) -> Dict[str, Any]:
    """A mark that changes whenever a global generator is drawn from (10 µs; 70 µs after a draw from NumPy's).
    `known` is the mark before this one."""
    state = random.getstate()
    found: Dict[str, Any] = {python_random.GLOBAL: (state[1][0], state[1][-1], state[2])}
    numpy = _numpy()
    if numpy is not None:
        found[numpy_random.GLOBAL] = _numpy_mark(numpy, known.get(numpy_random.GLOBAL))
    torch = torch_state()
    if torch is not None:
        found["torch"] = torch
    numba = numba_random.mark()
    if numba is not None:
        found[numba_random.SOURCE] = numba
    return found


def _numpy() -> Any:
    """None also while another thread imports it: NumPy 2 does so at the first use."""
    module = sys.modules.get("numpy.random")
    return module if hasattr(module, "mtrand") and hasattr(module, "get_state") else None


def _python_state() -> bytes:
    version, words, gauss = random.getstate()
    return array.array("Q", words).tobytes() + repr((version, gauss)).encode()


def _numpy_state() -> bytes:
    state = sys.modules["numpy.random"].get_state(legacy=False)
    inner = state["state"]
    key = inner.get("key")
    if key is None:
        return repr(sorted(state.items(), key=lambda pair: pair[0])).encode()
    return key.tobytes() + repr((inner["pos"], state["has_gauss"], state["gauss"])).encode()


def _numpy_mark(numpy: Any, known: Any) -> Any:
    generator = numpy.mtrand._rand._bit_generator
    if type(generator).__name__ != "MT19937":
        return repr(numpy.get_state(legacy=False))
    address = generator.ctypes.state_address
    # struct mt19937_state { uint32_t key[624]; int pos; } in numpy/random/src/mt19937/mt19937.h
    key = ctypes.c_uint32.from_address(address).value
    position = ctypes.c_int.from_address(address + 4 * 624).value
    # Normals are drawn in pairs: taking the second of a pair moves nothing but this flag, which is slow to read and
    # cannot have been raised while the words stood still.
    if isinstance(known, tuple) and known == (key, position, False):
        return known
    return key, position, bool(numpy.get_state(legacy=False)["has_gauss"])


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
