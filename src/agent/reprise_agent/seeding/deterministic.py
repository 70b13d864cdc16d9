"""What `full` turns on inside a framework once it has been imported. Each setting stands alone: one that a version does
not have is a fault in the record, and the others are made all the same."""

from __future__ import annotations

from typing import Any, Callable

from . import attention
from .imports import ImportHooks


def install(hooks: ImportHooks, strict: bool, applies: Callable[[str], bool]) -> None:
    """`strict`: an operation without a deterministic form raises, where else it warns. TF32 stays as the user has it.
    `applies(row)`: is this row of the policy table in force?"""

    def operations(torch: Any) -> None:
        # As `use_deterministic_algorithms`, which would import torch's compiler (seconds); that one is told by
        # TORCHINDUCTOR_DETERMINISTIC. A warning is recorded and keeps the verdict at `canonical` or below.
        torch.set_deterministic_debug_mode("error" if strict else "warn")

    def kernels(torch: Any) -> None:
        torch.backends.cudnn.deterministic = True

    def timing(torch: Any) -> None:
        torch.backends.cudnn.benchmark = False

    def tensorflow_operations(tf: Any) -> None:
        tf.config.experimental.enable_op_determinism()

    def put(row: str, module: str, setting: Callable[[Any], None]) -> None:
        if applies(row):
            hooks.after(module, setting, f"setting {row}")

    put("torch-operations", "torch", operations)
    put("torch-cudnn-deterministic", "torch", kernels)
    put("torch-cudnn-benchmark", "torch", timing)
    put("tensorflow-operations", "tensorflow", tensorflow_operations)
    if not strict:
        put("torch-attention", "torch", attention.install)
