"""torch: batches of a DataLoader on their way to the loop, losses as they are propagated back, weights after a step."""

from __future__ import annotations

import functools
import sys
import weakref
from collections import deque
from typing import Any, Callable, Deque, Iterable, Iterator, List, Optional, Tuple

from ..seeding.attention import compiling
from ..seeding.imports import ImportHooks
from .digests import OnDevice
from .ledger import Ledger
from .weights import Weighed, Weight, digest_weights

_SOURCE = "torch.DataLoader"


def install(hooks: ImportHooks, ledger: Ledger) -> None:
    hooks.after("torch.utils.data.dataloader", lambda module: _watch_batches(module, ledger))
    hooks.after("torch.optim.optimizer", lambda module: _watch_steps(module, ledger))
    hooks.after("torch", lambda module: _watch_losses(module, ledger))


def _watch_batches(module: Any, ledger: Ledger) -> None:
    """The iterator stays torch's own; only its `__next__` is another."""
    iterator = module._BaseDataLoaderIter
    draw, next_index, iterable = iterator.__next__, iterator._next_index, module._DatasetKind.Iterable
    passes: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()
    drawn: "weakref.WeakKeyDictionary[Any, Deque[Any]]" = weakref.WeakKeyDictionary()

    @functools.wraps(draw)
    def __next__(self: Any) -> Any:
        if not ledger.collects:
            return draw(self)
        if self not in passes:
            passes[self] = ledger.open_pass(_SOURCE, self)
        try:
            batch = draw(self)
        except StopIteration:
            ledger.close_pass(passes.pop(self), True)
            drawn.pop(self, None)
            raise
        waiting = drawn.get(self)
        ledger.batch(passes[self], batch, leaf, None if not waiting else lambda: _numbers(waiting.popleft()))
        return batch

    @functools.wraps(next_index)
    def _next_index(self: Any) -> Any:
        index = next_index(self)
        # Batches that come as they are ready are not those that were asked for next.
        if ledger.collects and self._dataset_kind != iterable and getattr(self, "_in_order", True):
            drawn.setdefault(self, deque()).append(index)
        return index

    iterator.__next__ = __next__
    if ledger.indices:
        iterator._next_index = _next_index


def _watch_steps(module: Any, ledger: Ledger) -> None:
    if not hasattr(module, "register_optimizer_step_post_hook"):
        ledger.unseen("torch", "steps of optimizers: this version of torch has no hook for them")
        return

    def before(optimizer: Any, *arguments: Any) -> None:
        ledger.before_step(lambda: weights_of(_parameters(optimizer)))

    def after(optimizer: Any, *arguments: Any) -> None:
        reference = weakref.ref(optimizer)
        ledger.step(lambda: weights_of(_parameters(reference())))

    module.register_optimizer_step_pre_hook(before)
    module.register_optimizer_step_post_hook(after)


def _watch_losses(torch: Any, ledger: Ledger) -> None:
    backward, is_compiling = torch.Tensor.backward, compiling(torch)

    @functools.wraps(backward)
    def propagate(self: Any, *args: Any, **kwargs: Any) -> Any:
        # Compiled code keeps the function that its compiler knows.
        if not is_compiling() and ledger.collects and type(self) is torch.Tensor and self.numel() == 1:
            loss = self.detach()
            ledger.loss(lambda: None if _is_capturing(loss) else float(loss))
        return backward(self, *args, **kwargs)

    torch.Tensor.backward = propagate


def leaf(value: Any, fetch: bool) -> Optional[Tuple[str, Any]]:
    if not _is_readable(value):
        return None
    if value.device.type != "cpu" and (not fetch or _is_capturing(value)):
        raise OnDevice
    return f"{value.dtype} {tuple(value.shape)}", _lent(_flat(value))


def _is_readable(value: Any) -> bool:
    torch = sys.modules["torch"]
    # A subclass may do anything when it is read. torch lends its memory through NumPy alone.
    if type(value) not in (torch.Tensor, torch.nn.Parameter) or "numpy" not in sys.modules:
        return False
    return value.layout is torch.strided and not value.is_quantized and value.device.type != "meta"


def _flat(value: Any) -> Any:
    """Its bytes, where they lie."""
    data = value.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return data.view(sys.modules["torch"].uint8)


def _lent(flat: Any) -> Any:
    return flat.cpu().numpy() if flat.numel() else b""


def weights_of(parameters: Iterable[Any]) -> Optional[Weighed]:
    """Digest of all of them; None where the values cannot be had now."""
    every = list(parameters)
    if not all(_is_readable(each) and not _is_capturing(each) for each in every):
        return None
    return digest_weights(_weight(each) for each in every)


def _weight(value: Any) -> Weight:
    def read(pick: Callable[[Any], List[Any]]) -> Tuple[str, List[Any]]:
        return f"{value.dtype} {tuple(value.shape)}", [_lent(part) for part in pick(_flat(value))]

    return Weight(value.numel() * value.element_size(), read)


def _parameters(optimizer: Any) -> Iterator[Any]:
    groups = () if optimizer is None else optimizer.param_groups
    return (parameter for group in groups for parameter in group["params"])


def _is_capturing(value: Any) -> bool:
    """While CUDA captures a graph, nothing can be copied to the processor."""
    if value.device.type != "cuda":
        return False
    return bool(sys.modules["torch"].cuda.is_current_stream_capturing())


def _numbers(index: Any) -> Any:
    return [int(each) for each in index] if isinstance(index, (list, tuple)) else int(index)
