"""Listens to torch and TensorFlow while a cell runs. The listeners only look: results, generators and graphs stay as they
are. What a compiled function or a graph does inside is one operation where it shows at all."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any, Callable, Dict, List

from ..cells import Cells
from ..seeding.imports import ImportHooks
from .operations import OperationLog, digest_of

# They give memory as it is found, which is no result.
_EMPTY = ("aten::empty", "aten::new_empty", "aten::resize", "aten::_efficientzerotensor", "aten::set_")


# They write over what they are given without reading it, and that may be memory as it was found.
_FILLING = tuple(
    f"aten::{name}_"
    for name in "uniform normal random bernoulli cauchy log_normal exponential geometric fill zero copy".split()
)


class DeepAudit:
    def __init__(self, cells: Cells, hooks: ImportHooks) -> None:
        self.log = OperationLog(cells)
        self._running = False
        self._open: List[contextlib.ExitStack] = []
        self._listeners: Dict[str, Callable[[], Any]] = {}
        hooks.after("torch", lambda torch: self._listen("torch", lambda: torch_listener(torch, self.log)))
        hooks.after("tensorflow", lambda _: self._listen("tensorflow", lambda: tensorflow_listener(self.log)))

    def begin(self) -> None:
        self.log.begin()
        self._running = True
        for start in self._listeners.values():
            self._start(start)

    def end(self) -> None:
        self._running = False
        opened, self._open = self._open, []
        for stack in reversed(opened):
            stack.close()

    def _listen(self, name: str, start: Callable[[], Any]) -> None:
        self._listeners[name] = start
        if self._running:
            self._start(start)

    def _start(self, start: Callable[[], Any]) -> None:
        stack = contextlib.ExitStack()
        stack.enter_context(start())
        self._open.append(stack)


def torch_listener(torch: Any, log: OperationLog) -> Any:
    from torch.utils._python_dispatch import TorchDispatchMode  # loaded with torch

    class Listener(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            name = func._schema.name
            if func.is_view or name.startswith(_EMPTY):
                return func(*args, **kwargs)
            # Before it runs: an operation in place changes what it took.
            given = _torch_digest(torch, _read(func._schema, args, kwargs))
            found = func(*args, **kwargs)
            changed = [item for item in args if func._schema.is_mutable and isinstance(item, torch.Tensor)]
            log.note(name, given, _torch_digest(torch, (found, changed[:1])))
            return found

    return Listener()


def _read(schema: Any, args: Any, kwargs: Any) -> Any:
    """What an operation goes by of what it was given."""
    written = {argument.name for argument in schema.arguments if argument.is_out}
    kept = {name: value for name, value in kwargs.items() if name not in written}
    if schema.name in _FILLING:
        return (f"{args[0].dtype}{tuple(args[0].shape)}", *args[1:]), kept
    return args, kept


def _torch_digest(torch: Any, value: Any) -> str:
    parts: List[bytes] = []
    with contextlib.suppress(Exception):
        _torch_parts(torch, value, parts)
    return digest_of(parts)


def _torch_parts(torch: Any, value: Any, parts: List[bytes]) -> None:
    if isinstance(value, torch.Tensor):
        parts.append(f"{value.dtype}{tuple(value.shape)}{value.device.type}".encode())
        try:
            data = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
            # Without NumPy, which the notebook may not have loaded.
            size = data.numel() * data.element_size()
            parts.append(ctypes.string_at(data.data_ptr(), size) if size and data.data_ptr() else b"")
        except Exception:
            parts.append(b"?")  # sparse, quantized, or without data of its own
    elif isinstance(value, (list, tuple)):
        for item in value:
            _torch_parts(torch, item, parts)
    elif isinstance(value, dict):
        for name in sorted(value):
            parts.append(str(name).encode())
            _torch_parts(torch, value[name], parts)
    elif isinstance(value, torch.Generator):
        parts.append(value.get_state().numpy().tobytes())
    else:
        parts.append(repr(value).encode() if isinstance(value, (bool, int, float, str, type(None))) else b"")


@contextlib.contextmanager
def tensorflow_listener(log: OperationLog) -> Any:
    from tensorflow.python.framework import op_callbacks

    def called(
        op_type: Any, inputs: Any, attrs: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        if graph is None:  # a graph that is being built computes nothing yet
            name = op_type.decode() if isinstance(op_type, bytes) else str(op_type)
            log.note(f"tf::{name}", _tensorflow_digest(inputs), _tensorflow_digest(outputs))

    op_callbacks.add_op_callback(called)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(called)


def _tensorflow_digest(tensors: Any) -> str:
    return digest_of([_tensorflow_bytes(tensor) for tensor in tensors or ()])


def _tensorflow_bytes(tensor: Any) -> bytes:
    """A resource, such as a variable, by its kind only: its handle is an address."""
    try:
        dtype = tensor.dtype
        if dtype.name in ("resource", "variant"):
            return dtype.name.encode()
        array = tensor._numpy()
        held = repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()
        return f"{dtype.name}{array.shape}".encode() + held
    except Exception:
        return b"?"
