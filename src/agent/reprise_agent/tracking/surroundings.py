"""What of the process a cell can change for those that run after it: the working folder, environment variables, where
modules are looked for, and settings of libraries that decide how values are computed and shown."""

from __future__ import annotations

import hashlib
import os
import sys
from types import ModuleType
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Set

from .kinds.base import is_a
from .modules import ModuleAttributes

CONTAINERS = "containers"
_USERS = {CONTAINERS, "__main__"}


class _Settings(NamedTuple):
    """`module`: whose settings they are; `read(module)`: something whose `repr` tells them; `families`: packages whose
    values a cell uses that depends on them, as `families_of` names them."""

    module: str
    read: Callable[[Any], Any]
    families: Set[str]


def _decimal(module: Any) -> Any:
    context = module.getcontext()
    # Its flags change with every operation.
    return context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.traps


def _display(module: Any) -> Any:
    shell = module.get_ipython()
    return shell.display_formatter.formatters["text/plain"].float_format


def _levels(module: Any) -> Any:
    loggers = {name: each.level for name, each in list(module.root.manager.loggerDict.items()) if getattr(each, "level", 0)}
    return module.root.level, module.root.disabled, module.root.manager.disable, sorted(loggers.items())


_SETTINGS = {
    "NumPy's settings": _Settings(
        "numpy",
        lambda numpy: (numpy.get_printoptions(), numpy.geterr()),
        {"numpy", "pandas", "scipy", "sklearn", "torch", "jax", "jaxlib", "xarray", *_USERS},
    ),
    "pandas' options": _Settings(
        "pandas._config.config", lambda config: config._global_config, {"pandas", "geopandas", *_USERS}
    ),
    "matplotlib's rcParams": _Settings(
        "matplotlib",
        # The backend is chosen at the first figure.
        lambda matplotlib: [each for each in dict.items(matplotlib.rcParams) if "backend" not in each[0]],
        {"matplotlib", "seaborn", "pandas", "sklearn", "networkx", *_USERS},
    ),
    "decimal's context": _Settings("decimal", _decimal, {"decimal", *_USERS}),
    "the levels of logging": _Settings("logging", _levels, {"logging", *_USERS}),
    "the recursion limit": _Settings("sys", lambda sys: sys.getrecursionlimit(), {"__main__"}),
    "IPython's formats": _Settings("IPython.core.getipython", _display, set()),
}


class Surroundings:
    """Digests tell only what differs from how the process began, and where the folder lies from the root."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._variables = dict(os.environ)
        self._path = list(sys.path)
        self.modules = ModuleAttributes()

    def digests(self) -> Dict[str, str]:
        """Of settings: those of libraries that are imported."""
        began, now = self._variables.items(), os.environ.items()
        variables = sorted(set(now) ^ set(began)) if dict(now) != self._variables else []
        found = {"cwd": self._folder(), "environ": repr(variables), "sys.path": self._modules_path()}
        for name, (module, read, _) in _SETTINGS.items():
            settings = _settings(module, read)
            if settings is not None:
                found[name] = settings
        found.update(self.modules.texts())
        return {name: _sha(text) for name, text in found.items()}

    def used(self, families: Set[str]) -> List[str]:
        """Names of settings and modules on which a cell depends that used values of these families."""
        settings = [name for name, each in _SETTINGS.items() if not each.families or each.families & families]
        # A name in `builtins` is read without naming the module.
        packages = {"builtins", *families}
        return [*settings, *(key for key, package in self.modules.keys() if package in packages)]

    def _folder(self) -> str:
        try:
            return os.path.relpath(os.getcwd(), self._root)
        except (OSError, ValueError):
            return "gone"

    def _modules_path(self) -> str:
        # A cell that adds a folder twice has changed nothing the second time.
        now = list(dict.fromkeys(map(str, sys.path)))
        return "" if now == list(dict.fromkeys(self._path)) else repr(now)


def families_of(values: Iterable[Any]) -> Set[str]:
    """Top-level packages that values and their types come from; `containers` for lists, tuples, dictionaries and sets."""
    found: Set[str] = set()
    for value in values:
        kind = type(value)
        if kind in (list, tuple, dict, set):
            found.add(CONTAINERS)
        elif is_a(value, ModuleType):
            found.add(value.__name__.partition(".")[0])
        else:
            owner = value if is_a(value, type) else kind
            for module in (getattr(owner, "__module__", None), _home(value)):
                if isinstance(module, str):
                    found.add(module.partition(".")[0])
    return found


def _home(value: Any) -> Optional[str]:
    """Where a function was defined; no attribute of the user's objects is asked for."""
    return value.__module__ if type(value).__module__ == "builtins" and hasattr(value, "__module__") else None


def _settings(module: str, read: Callable[[Any], Any]) -> Optional[str]:
    loaded = sys.modules.get(module)
    if loaded is None:
        return None
    try:
        return repr(read(loaded))
    except Exception:
        # Half imported, or of a version that keeps them elsewhere.
        return None


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
