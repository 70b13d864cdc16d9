"""Attention repeats only in torch's error mode: where operations without a deterministic form merely warn, its fused
kernels add in any order although they could do otherwise. So that mode is on while attention runs, and no longer."""

from __future__ import annotations

import contextlib
import functools
from typing import Any, Callable, Iterator

_DEPTH = 6


def install(torch: Any) -> None:
    functional = torch.nn.functional
    if not hasattr(functional, "scaled_dot_product_attention"):
        return  # torch before 2.0, which has no fused kernels
    original = functional.scaled_dot_product_attention
    is_compiling, mode = compiling(torch), _ErrorMode(torch)

    @functools.wraps(original)
    def scaled_dot_product_attention(*args: Any, **kwargs: Any) -> Any:
        # The compiler decides by itself, and must find the function that it knows.
        if is_compiling():
            return original(*args, **kwargs)
        mode.renew()
        mode.enter()
        try:
            attended = original(*args, **kwargs)
        finally:
            mode.leave()
        # What stands for a tensor while a graph is traced would take the questions for parts of the graph.
        if not isinstance(attended, torch.Tensor):
            return attended
        # Where no hook can be set, torch warns as it would have.
        with contextlib.suppress(AttributeError, RuntimeError):
            for node in _attention_nodes(attended.grad_fn):
                node.register_prehook(lambda gradients: mode.enter())
                node.register_hook(lambda inputs, outputs: mode.leave())
        return attended

    functional.scaled_dot_product_attention = scaled_dot_product_attention
    # TorchScript compiles what it does not know as an operation.
    with contextlib.suppress(AttributeError):
        known = torch.jit._builtins._get_builtin_table()
        known[id(scaled_dot_product_attention)] = "aten::scaled_dot_product_attention"


def compiling(torch: Any) -> Callable[[], bool]:
    """What says whether the compiler is reading the caller: public since torch 2.3."""
    for place in (getattr(torch, "compiler", None), torch._utils):
        if hasattr(place, "is_compiling"):
            return place.is_compiling  # type: ignore[no-any-return]
    return lambda: False


class _ErrorMode:
    """Counts who is within; turns the mode on only where torch would warn."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._backward = torch._C._current_graph_task_id
        self._within = 0
        self._turned = False

    def enter(self) -> None:
        self._within += 1
        if self._within == 1 and self._torch.get_deterministic_debug_mode() == 1:
            self._torch.set_deterministic_debug_mode("error")
            self._turned = True

    def leave(self) -> None:
        self._within -= 1
        if self._within == 0 and self._turned:
            self._torch.set_deterministic_debug_mode("warn")
            self._turned = False

    def renew(self) -> None:
        """After a backward pass that failed midway (out of memory), nobody has left."""
        if self._within and self._backward() == -1:
            self._within = 1
            self.leave()


def _attention_nodes(node: Any) -> Iterator[Any]:
    """Results may have been cut or turned since: the fused kernel stands a few steps before them."""
    for _ in range(_DEPTH):
        if node is None:
            return
        if "DotProduct" in node.name():
            yield node
            return
        following = [each for each, _ in node.next_functions if each is not None]
        node = following[0] if following else None
