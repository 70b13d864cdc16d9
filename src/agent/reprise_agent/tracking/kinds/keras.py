"""Models, layers, optimizers, metrics and losses of Keras: what they are configured with, without names that count up
through the session, and their variables."""

from __future__ import annotations

import re
import sys
from typing import Any, Dict, List, Optional

from .base import Form, derives_from, is_from, qualified_name

_PACKAGE = "keras"
_KINDS = (
    "Layer",
    "Optimizer",
    "BaseOptimizer",
    "OptimizerV2",
    "Metric",
    "Loss",
    "Initializer",
    "Regularizer",
)


def describe_keras(value: Any) -> Optional[Form]:
    cls = type(value)
    if _PACKAGE not in sys.modules and "tf_keras" not in sys.modules:
        return None
    if not any(str(base.__module__).partition(".")[0] in (_PACKAGE, "tf_keras") for base in cls.__mro__):
        return None
    name = qualified_name(cls)
    if derives_from(cls, "Variable", _PACKAGE) or derives_from(cls, "KerasVariable", _PACKAGE):
        return "variable", (str(value.dtype), tuple(value.shape), _arrays([value])), "exact"
    if derives_from(cls, "History", _PACKAGE):
        return "History", (value.params, value.epoch, value.history), "exact"
    if derives_from(cls, "SeedGenerator", _PACKAGE):
        return "SeedGenerator", _arrays([value.state]), "exact"
    if not any(derives_from(cls, kind, package) for kind in _KINDS for package in (_PACKAGE, "tf_keras")):
        return None
    # Configurations of the user's own classes may hold anything: those are only compared.
    how = "exact" if all(is_from(part, _PACKAGE, "tf_keras") for part in _parts(value)) else "pickle"
    variables = getattr(value, "variables", [])
    held = (_arrays(variables() if callable(variables) else variables), _optimizer(value))
    return "keras", (name, _unnamed(_configuration(value)), held), how


def _parts(value: Any) -> List[Any]:
    flatten = getattr(value, "_flatten_layers", None)
    return [value, *flatten(include_self=False)] if callable(flatten) else [value]


def _configuration(value: Any) -> Any:
    # With the class in front, so that the value's own name is known for a generated one.
    try:
        config = value.get_config()
    except NotImplementedError:  # a model of the user's own class that has none
        config = None
    return {"class_name": type(value).__name__, "config": config, "compiled": _compiled(value)}


def _compiled(value: Any) -> Any:
    # `_is_compiled` of Keras 2, which tells what it is compiled with since 2.12.
    if not getattr(value, "compiled", getattr(value, "_is_compiled", False)):
        return None
    tell = getattr(value, "get_compile_config", None)
    return tell() if callable(tell) else getattr(value, "loss", None)


def _optimizer(value: Any) -> Any:
    optimizer = getattr(value, "optimizer", None)
    return None if optimizer is value or not hasattr(optimizer, "get_config") else optimizer


def _unnamed(config: Any) -> Any:
    names: Dict[str, str] = {}
    _collect(config, names)
    return _renamed(config, names)


def _collect(config: Any, names: Dict[str, str]) -> None:
    """Generated names, such as `dense_3` of a Dense, in the order in which they come."""
    if isinstance(config, (list, tuple)):
        for item in config:
            _collect(item, names)
    elif isinstance(config, dict):
        inner = config.get("config")
        name = inner.get("name") if isinstance(inner, dict) else None
        stem = _snake(str(config.get("class_name", "")))
        if isinstance(name, str) and re.fullmatch(rf"({_stems(stem, inner)})(_\d+)?", name):
            names.setdefault(name, f"{stem}#{len(names)}")
        for item in config.values():
            _collect(item, names)


def _stems(stem: str, config: Dict[str, Any]) -> str:
    """Keras 2 does not make every name of the class, and has layers for operations of TensorFlow."""
    in_keras_2 = {"input_layer": "input", "functional": "model"}.get(stem, f"tf.{config.get('function')}")
    return f"{re.escape(stem)}|{re.escape(in_keras_2)}"


def _renamed(config: Any, names: Dict[str, str]) -> Any:
    if type(config) is str:
        return names.get(config, config)
    # Keras 2 tracks the lists and dictionaries of a model's, and they are classes of its own then.
    if isinstance(config, (list, tuple)):
        return [_renamed(item, names) for item in config]
    if isinstance(config, dict):
        return {name: _renamed(item, names) for name, item in config.items() if name != "shared_object_id"}
    return config


def _snake(name: str) -> str:
    """As `keras.src.utils.naming.to_snake_case`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _arrays(variables: Any) -> List[Any]:
    return [_array(variable) for variable in variables]


def _array(variable: Any) -> Any:
    value = getattr(variable, "value", variable)
    value = value() if callable(value) else value
    # On a torch backend, arrays that are learned cannot be turned into NumPy's as they are.
    return value if is_from(value, "torch", "jax", "jaxlib") else sys.modules["numpy"].asarray(value)
