"""Estimators of scikit-learn whose threads add up their parts in the order in which they finish: seeded or not, their
last bits change from run to run. Under `full` each of them works on one thread; else the record names it."""

from __future__ import annotations

import functools
import sys
from typing import Any, Callable

from .imports import ImportHooks

Note = Callable[[str], None]

# k-means (centres under a lock, inertia as a reduction) and Barnes-Hut t-SNE (the sum of all forces) ask here for threads.
_OPENMP = ("sklearn.cluster._kmeans", "sklearn.cluster._bisect_k_means", "sklearn.manifold._t_sne")
# Forests ask here when they predict; to fit they may have as many as the user wants.
_FORESTS = "sklearn.ensemble._forest"
# Two parts have the same sum in either order.
_EITHER_ORDER = 2


def install(hooks: ImportHooks, note: Note, enforces: bool) -> None:
    """`note(operation)` is called where threads add up in any order, and under `full` also where a version of the
    library does not ask as it is known to."""

    def openmp(original: Callable[..., int]) -> Callable[..., int]:
        def threads(*args: Any) -> int:
            if enforces:
                return 1
            count = original(*args)
            if count > _EITHER_ORDER:
                note(_named(_asking()))
            return count

        return threads

    def forests(original: Callable[..., Any]) -> Callable[..., Any]:
        def parts(trees: int, jobs: Any) -> Any:
            found = original(trees, 1 if enforces else jobs)
            if found[0] > 1 and trees > _EITHER_ORDER and not _votes(_asking()):
                note(_named(_asking()))
            return found

        return parts

    def replacing(name: str, made: Callable[[Any], Any]) -> Callable[[Any], None]:
        def after_import(module: Any) -> None:
            original = getattr(module, name, None)
            if original is not None:
                setattr(module, name, functools.wraps(original)(made(original)))
            elif enforces:
                note(f"{module.__name__} (threads)")

        return after_import

    for name in _OPENMP:
        hooks.after(name, replacing("_openmp_effective_n_threads", openmp))
    hooks.after(_FORESTS, replacing("_partition_estimators", forests))


def _asking() -> Any:
    """The estimator whose method asked."""
    return sys._getframe(2).f_locals.get("self")


def _named(estimator: Any) -> str:
    return f"sklearn.{type(estimator).__name__} (threads)"


def _votes(forest: Any) -> bool:
    """Classifiers grown until each leaf has one class add up whole votes, which is exact in any order."""
    try:
        trees = [each.tree_ for each in forest.estimators_] if hasattr(forest, "classes_") else []
        return len(trees) > 0 and all(
            ((tree.value[tree.children_left < 0] != 0).sum(-1) == 1).all() for tree in trees
        )
    except Exception:
        return False  # not to be told of a version that keeps its trees otherwise
