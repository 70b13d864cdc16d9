"""Calls a function once, right after a module has been imported; costs nothing for a module that never is."""

from __future__ import annotations

import contextlib
import importlib.machinery
import sys
import threading
from typing import Any, Callable, ContextManager, Dict, List, Optional, Tuple

Hook = Callable[[Any], None]


class ImportHooks:
    def __init__(self, on_fault: Callable[[str, BaseException], None]) -> None:
        self._hooks: Dict[str, List[Tuple[Hook, str]]] = {}
        self._local = threading.local()
        self._on_fault = on_fault
        # What the execution of a module that is imported now is to run within, if anything.
        self.around: Callable[[], Optional[ContextManager[None]]] = lambda: None

    def install(self) -> None:
        sys.meta_path.insert(0, self)

    def after(self, name: str, hook: Hook, what: Optional[str] = None) -> None:
        """Calls `hook(module)` after the import of `name`, or now where it is loaded already. `what` a fault is told to
        be of: else of seeding the module."""
        what = what or f"seeding {name}"
        module = sys.modules.get(name)
        if module is not None:
            self._call(hook, what, module)
        else:
            self._hooks.setdefault(name, []).append((hook, what))

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if getattr(self._local, "finding", False):
            return None
        around = self.around()
        if around is None and fullname not in self._hooks:
            return None
        self._local.finding = True
        try:
            spec = _find(fullname, path, target)
        finally:
            self._local.finding = False
        if spec is not None and spec.loader is None and fullname in self._hooks:
            # Nothing is executed of a package without `__init__.py`, which none of those here is when it is whole.
            self._on_fault(f"seeding {fullname}", ImportError("there is only a folder of this name"))
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        spec.loader = _Loader(spec.loader, lambda module: self._loaded(fullname, module), around)  # type: ignore[assignment]
        return spec

    def _loaded(self, name: str, module: Any) -> None:
        for hook, what in self._hooks.pop(name, []):
            self._call(hook, what, module)

    def _call(self, hook: Hook, what: str, module: Any) -> None:
        try:
            hook(module)
        except Exception as error:
            self._on_fault(what, error)


def _find(fullname: str, path: Any, target: Any) -> Optional[importlib.machinery.ModuleSpec]:
    for finder in sys.meta_path:
        if isinstance(finder, ImportHooks):
            continue
        # One of the old protocol, which Python before 3.12 still asks, has none: it comes when ours has found nothing.
        find = getattr(finder, "find_spec", None)
        spec = None if find is None else find(fullname, path, target)
        if spec is not None:
            return spec
    return None


class _Loader:
    """Stands in for the real loader until the module is executed, then is gone from the module."""

    def __init__(self, real: Any, loaded: Hook, around: Optional[ContextManager[None]]) -> None:
        self._real = real
        self._loaded = loaded
        self._around = around or contextlib.nullcontext()

    def create_module(self, spec: Any) -> Any:
        return self._real.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._real
        with self._around:
            self._real.exec_module(module)
            self._loaded(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
