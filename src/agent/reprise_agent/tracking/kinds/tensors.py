"""Tensors and models of torch, TensorFlow, Keras and JAX, where the user imported them."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Optional, Tuple

from .base import Form, Opaque, derives_from, is_a, is_from, qualified_name

_MODULE_INTERNALS = frozenset("_parameters _buffers _modules _non_persistent_buffers_set".split())


def describe_tensor(value: Any) -> Optional[Form]:
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "Tensor"):
        form = _torch(torch, value)
        if form is not None:
            return form
    if is_from(value, "tensorflow") and hasattr(value, "numpy"):
        return "tensor", (qualified_name(type(value)), str(value.dtype), value.numpy()), "exact"
    if is_from(value, "jax", "jaxlib") and hasattr(value, "__array__") and hasattr(value, "sharding"):
        return "tensor", (qualified_name(type(value)), sys.modules["numpy"].asarray(value)), "exact"
    if derives_from(type(value), "Layer", "keras"):
        return _keras(value)
    return None


def _torch(torch: Any, value: Any) -> Optional[Form]:
    if is_a(value, torch.Tensor):
        return "tensor", _tensor(torch, value), "exact"
    if is_a(value, torch.nn.Module):
        modules: List[Tuple[Any, ...]] = [
            (name, qualified_name(type(module)), module.training, _settings(module))
            for name, module in value.named_modules()
        ]
        unsaved = [(name, buffer) for name, buffer in value.named_buffers()]
        return "Module", (modules, list(value.state_dict().items()), unsaved), "exact"
    if is_a(value, torch.optim.Optimizer):
        return "Optimizer", (qualified_name(type(value)), value.state_dict()), "exact"
    if is_a(value, torch.Generator):
        return "Generator", (str(value.device), value.get_state()), "exact"
    if is_a(value, (torch.dtype, torch.device, torch.memory_format, torch.layout)):
        return "torch", str(value), "exact"
    if is_a(value, torch.Size):
        return "Size", tuple(value), "exact"
    return None


def _tensor(torch: Any, tensor: Any) -> Tuple[Any, ...]:
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type == "meta":
        raise Opaque("not a dense tensor")
    data = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    content = data.reshape(-1).view(torch.uint8).numpy() if data.numel() else b""
    facts = (str(tensor.dtype), tuple(tensor.shape), tensor.device.type, tensor.requires_grad)
    return (qualified_name(type(tensor)), facts, content, tensor.grad if tensor.is_leaf else None)


def _settings(module: Any) -> Dict[str, Any]:
    """Attributes of a module beside its state, such as a dropout's rate."""
    return {name: item for name, item in vars(module).items() if name not in _MODULE_INTERNALS}


def _keras(layer: Any) -> Form:
    # Through attributes of Keras's own; the configuration may be of the user's making, and is only compared.
    optimizer = getattr(layer, "optimizer", None)
    state = None
    if optimizer is not None:
        state = (qualified_name(type(optimizer)), optimizer.get_config(), _arrays(optimizer.variables))
    return (
        "Layer",
        (qualified_name(type(layer)), layer.get_config(), _arrays(layer.variables), state),
        "pickle",
    )


def _arrays(variables: Any) -> List[Any]:
    return [sys.modules["numpy"].asarray(variable) for variable in variables]
