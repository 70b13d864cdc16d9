"""All that a policy sets within a Python process, the kernel's own or one that a cell has started."""

from __future__ import annotations

from typing import Any, Callable, Tuple

from ..config import Config
from . import (
    deterministic,
    forks,
    frameworks,
    handovers,
    layouts,
    numpy_random,
    python_random,
    shotgun,
    summation,
    system,
    undone,
    workers,
)
from .draws import Draws
from .imports import ImportHooks
from .tasks import Tasks, global_name
from .users import UserSeeds


def install(
    config: Config,
    draws: Draws,
    users: UserSeeds,
    hooks: ImportHooks,
    noted: Callable[..., None],
    name: Tuple[Any, ...] = (),
) -> None:
    """`noted(operation, lasting)` is told of operations and of settings that take the policy back. `name`: of a process that
    is not the kernel's, what its streams are called."""
    hooks.install()
    python_random.install(draws, users)
    tasks = Tasks(draws, users)
    tasks.bind(str(config.seed["value"]), hooks, name)
    if config.applies("python-random"):
        python_random.seed_global(draws.streams, users, *global_name())
    if config.applies("task-streams"):
        workers.install(hooks, tasks)
        forks.install(draws)
    else:
        handovers.watch(hooks, draws)
    hooks.after("numpy.random", lambda module: numpy_random.install(module, draws, users, global_name))
    frameworks.install(hooks, draws, users, config.applies)
    summation.install(hooks, noted, config.applies("sklearn-threads"))
    shotgun.install(hooks, noted, config.applies("xgboost-shotgun"))
    layouts.install(hooks, noted, config.applies("lightgbm-layout"))
    deterministic.install(hooks, config.strict, config.applies)
    if config.policy == "full":
        undone.install(hooks, lambda setting: noted(setting, lasting=True), config.strict)
    system.install(draws, config.entropy == "enforce" and config.enforces)
