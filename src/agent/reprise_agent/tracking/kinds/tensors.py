"""Tensors of torch, TensorFlow and JAX, and modules of torch, where the user imported them."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Optional, Tuple

from .base import Form, Opaque, is_a, is_from, qualified_name

# State that is written for itself, and views of it.
_MODULE_INTERNALS = frozenset(
    "_parameters _buffers _modules _non_persistent_buffers_set _flat_weights _flat_weight_refs".split()
)


def describe_tensor(value: Any) -> Optional[Form]:
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "Tensor"):
        form = _torch(torch, value)
        if form is not None:
            return form
    if is_from(value, "tensorflow"):
        return _tensorflow(value)
    if is_from(value, "jax", "jaxlib"):
        return _jax(value)
    return None


def _tensorflow(value: Any) -> Optional[Form]:
    name = qualified_name(type(value))
    if type(value).__name__ == "SparseTensor":
        return "tensor", (name, value.indices, value.values, value.dense_shape), "exact"
    if type(value).__name__ == "Generator" and hasattr(value, "algorithm"):
        return "Generator", (value.algorithm, value.state), "exact"
    if type(value).__name__ in ("DType", "TensorShape", "TensorSpec"):
        return "tensorflow", (name, repr(value)), "exact"
    return ("tensor", (name, str(value.dtype), value.numpy()), "exact") if hasattr(value, "numpy") else None


def _jax(value: Any) -> Optional[Form]:
    jax, name = sys.modules.get("jax"), qualified_name(type(value))
    if type(value).__name__ == "PRNGKeyArray" and jax is not None:
        # Its data type names the algorithm too; the function for it came in JAX 0.4.24.
        implementation = getattr(jax.random, "key_impl", lambda key: key.dtype)(value)
        return "key", (str(implementation), jax.random.key_data(value)), "exact"
    if not hasattr(value, "__array__") or not hasattr(value, "sharding"):
        return None
    if not value.is_fully_addressable or value.is_deleted():
        raise Opaque("not all of it is here")
    return "tensor", (name, sys.modules["numpy"].asarray(value)), "exact"


def _torch(torch: Any, value: Any) -> Optional[Form]:
    if is_a(value, torch.Tensor):
        return "tensor", _tensor(torch, value), "exact"
    if is_a(value, torch.nn.Module):
        compiled = getattr(value, "_orig_mod", None)
        if compiled is not None and is_from(value, "torch"):
            return "compiled", compiled, "exact"
        if is_a(value, torch.jit.ScriptModule):
            held = (value.original_name, value.training, getattr(value, "code", None))
            return "ScriptModule", (held, list(value.state_dict().items())), "exact"
        modules: List[Tuple[Any, ...]] = [
            (name, qualified_name(type(module)), module.training, _settings(module))
            for name, module in value.named_modules()
        ]
        # Not by `state_dict`, whose hooks are the user's, and gather what is spread over several processes.
        held = [*value.named_parameters(remove_duplicate=False), *value.named_buffers(remove_duplicate=False)]
        return "Module", (modules, held), "exact"
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
    name = qualified_name(type(tensor))
    if is_a(tensor, torch.nn.parameter.UninitializedTensorMixin):
        return name, "uninitialized", str(tensor.dtype)
    if tensor.layout is not torch.strided:
        return (name, str(tensor.dtype), tuple(tensor.shape), str(tensor.layout), *_sparse(torch, tensor))
    if tensor.is_quantized or tensor.device.type == "meta":
        raise Opaque("not a dense tensor")
    data = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    content = data.reshape(-1).view(torch.uint8).numpy() if data.numel() else b""
    facts = (str(tensor.dtype), tuple(tensor.shape), tensor.device.type, tensor.requires_grad)
    return (name, facts, content, tensor.grad if tensor.is_leaf else None)


def _sparse(torch: Any, tensor: Any) -> Tuple[Any, ...]:
    tensor = tensor.detach()
    if tensor.layout is torch.sparse_coo:
        return tensor._indices(), tensor._values(), tensor.is_coalesced()
    if str(tensor.layout) in ("torch.sparse_csr", "torch.sparse_bsr"):
        return tensor.crow_indices(), tensor.col_indices(), tensor.values()
    if str(tensor.layout) in ("torch.sparse_csc", "torch.sparse_bsc"):
        return tensor.ccol_indices(), tensor.row_indices(), tensor.values()
    raise Opaque("not a layout that is known")


def _settings(module: Any) -> Dict[str, Any]:
    """Attributes of a module beside its state, such as a dropout's rate. Hooks are no part of what it computes with, and
    their numbers depend on how many there were in the process."""
    return {
        name: item
        for name, item in vars(module).items()
        if name not in _MODULE_INTERNALS and not (name.startswith("_") and "_hook" in name)
    }
