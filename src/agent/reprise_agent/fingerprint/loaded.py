"""What a run had loaded when it ended: BLAS and OpenMP, NumPy's dispatch, frameworks and how they were set, GPUs.

Only modules that the notebook itself imported are asked; threadpoolctl and pynvml, which import nothing of them, may be
imported here, after the last cell.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, Callable, Dict, List, Optional

from .gpus import detailed
from .reading import Readings, Unavailable

_LIBRARIES = re.compile(
    r"^lib(?P<name>openblas|scipy_openblas|blis|mkl_rt|mkl_core|cublas|flexiblas|atlas|gomp|iomp5?|omp)(?![a-z])"
)
_OPENMP = ("gomp", "iomp", "iomp5", "omp")


def loaded() -> Optional[Dict[str, Any]]:
    """None where the notebook loaded nothing of the kind."""
    read = Readings()
    found = {
        "libraries": _libraries(read),
        "dispatch": _dispatch(read),
        "startMethod": _start_method(),
        **{name: _settings(name, settings, read) for name, settings in _FRAMEWORKS.items()},
    }
    found = {name: value for name, value in found.items() if value}
    if not found:
        return None
    gpus = detailed(read)
    if gpus:
        found["gpus"] = gpus
    return {**found, "how": read.how, "unavailable": read.unavailable}


def _libraries(read: Readings) -> List[Dict[str, Any]]:
    """Sorted by name and owner."""
    mapped = read.take("libraries", "/proc/self/maps", _mapped)
    # Where nothing is mapped, threadpoolctl would find nothing either.
    if mapped == []:
        return []
    told = read.take("libraries", "threadpoolctl", _by_threadpoolctl)
    if told is None and mapped is not None:
        read.unavailable.pop("libraries", None)
    return told if told is not None else mapped or []


def _mapped() -> List[Dict[str, Any]]:
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
        paths = sorted({line.split(None, 5)[5].strip() for line in file if ".so" in line})
    found = []
    for path in paths:
        match = _LIBRARIES.match(os.path.basename(path))
        if match is not None:
            name = match["name"].replace("scipy_openblas", "openblas")
            found.append({"name": name, "api": "openmp" if name in _OPENMP else "blas", "of": owner_of(path)})
    return _sorted(found)


def _by_threadpoolctl() -> List[Dict[str, Any]]:
    try:
        import threadpoolctl
    except ImportError:
        raise Unavailable("threadpoolctl is not installed") from None
    found = []
    for info in threadpoolctl.threadpool_info():
        row = {
            "name": info["internal_api"],
            "api": info["user_api"],
            "of": owner_of(info["filepath"]),
            "version": info.get("version"),
            "architecture": info.get("architecture"),
            "layer": info.get("threading_layer"),
            "threads": info.get("num_threads"),
        }
        found.append({name: value for name, value in row.items() if value is not None})
    return _sorted(found)


def _sorted(found: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    return sorted(found, key=lambda row: (row["name"], row["of"]))


def owner_of(path: str) -> str:
    """The package that brought it (`numpy` of `…/numpy.libs/libopenblas.so`); `system` outside of site-packages."""
    found = re.search(r"[/\\](?:site|dist)-packages[/\\]([^/\\]+)[/\\]", path)
    return re.sub(r"\.libs$", "", found.group(1)) if found else "system"


def _dispatch(read: Readings) -> Optional[List[str]]:
    """Instruction sets that NumPy's kernels use: what the processor has, less what a variable turns off."""
    core = sys.modules.get("numpy._core._multiarray_umath") or sys.modules.get("numpy.core._multiarray_umath")
    if core is None:
        return None
    return read.take("dispatch", "numpy", lambda: [name for name, on in core.__cpu_features__.items() if on])


def _start_method() -> Optional[str]:
    """Of multiprocessing, as it is: asking for the default by the usual way would fix it."""
    library = sys.modules.get("multiprocessing")
    return library.get_start_method(allow_none=True) if library is not None else None


def _settings(
    name: str, settings: Callable[[Any], Dict[str, Any]], read: Readings
) -> Optional[Dict[str, str]]:
    module = sys.modules.get(name)
    if module is None:
        return None
    found = read.take(name, name, lambda: settings(module))
    return {key: str(value) for key, value in (found or {}).items() if value is not None}


def _torch(torch: Any) -> Dict[str, Any]:
    cuda, backends = torch.backends.cuda.matmul, torch.backends
    return {
        **_precisions(torch),
        "version": torch.__version__,
        "commit": torch.version.git_version,
        "cuda": torch.version.cuda,
        "hip": getattr(torch.version, "hip", None),
        "cudnn": backends.cudnn.version() if backends.cudnn.is_available() else None,
        "cpu capability": backends.cpu.get_cpu_capability(),
        "blas": _build_option(torch.__config__.show(), "BLAS_INFO"),
        "mkl": _part(torch.__config__.show(), r"oneAPI Math Kernel Library Version (\S+)"),
        "onednn": _part(torch.__config__.show(), r"(?:MKL-DNN|oneDNN) v(\S+)"),
        "threads": torch.get_num_threads(),
        "interop threads": torch.get_num_interop_threads(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "cudnn deterministic": backends.cudnn.deterministic,
        "cudnn benchmark": backends.cudnn.benchmark,
        "fill uninitialized memory": torch.utils.deterministic.fill_uninitialized_memory,
        "reduced precision fp16": getattr(cuda, "allow_fp16_reduced_precision_reduction", None),
        "reduced precision bf16": getattr(cuda, "allow_bf16_reduced_precision_reduction", None),
    }


def _precisions(torch: Any) -> Dict[str, Any]:
    """torch 2.9 and later refuse to answer in the older words where the user has set it in the newer ones."""
    found = {}
    for name, asked in (
        ("matmul precision", torch.get_float32_matmul_precision),
        ("cudnn tf32", lambda: torch.backends.cudnn.allow_tf32),
    ):
        try:
            found[name] = asked()
        except RuntimeError:
            found[name] = "set by fp32_precision"
    return found


def _build_option(text: str, name: str) -> Optional[str]:
    return _part(text, rf"\b{name}=([^,\s]+)")


def _part(text: str, pattern: str) -> Optional[str]:
    found = re.search(pattern, text)
    return found.group(1) if found else None


def _tensorflow(tf: Any) -> Dict[str, Any]:
    build, threading = tf.sysconfig.get_build_info(), tf.config.threading
    return {
        "version": tf.__version__,
        "cuda": build.get("cuda_version"),
        "cudnn": build.get("cudnn_version"),
        "intra-op threads": threading.get_intra_op_parallelism_threads(),
        "inter-op threads": threading.get_inter_op_parallelism_threads(),
        "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
    }


def _jax(jax: Any) -> Dict[str, Any]:
    config = jax.config
    library = sys.modules.get("jaxlib")
    return {
        "version": jax.__version__,
        "jaxlib": getattr(library, "__version__", None),
        "generator": getattr(config, "jax_default_prng_impl", None),
        "partitionable": getattr(config, "jax_threefry_partitionable", None),
        "x64": getattr(config, "jax_enable_x64", None),
        "matmul precision": getattr(config, "jax_default_matmul_precision", None),
    }


_FRAMEWORKS = {"torch": _torch, "tensorflow": _tensorflow, "jax": _jax}
