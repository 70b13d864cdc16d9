"""XGBoost's linear booster: `shotgun`, the updater it takes by default, lets threads change coefficients while others read
them, so that its result depends on who was first. Under `full` it works on one thread; else the record names it."""

from __future__ import annotations

import functools
import json
from typing import Any, Callable
from weakref import WeakSet

from .imports import ImportHooks

OPERATION = "xgboost gblinear, updater shotgun (threads)"


def install(hooks: ImportHooks, note: Callable[[str], None], enforces: bool) -> None:
    """`note(operation)` is called where it trains on more threads than one."""

    def after_import(core: Any) -> None:
        looked: "WeakSet[Any]" = WeakSet()

        def settle(booster: Any) -> None:
            try:
                if _races(booster):
                    booster.set_param({"nthread": 1}) if enforces else note(OPERATION)
            except Exception:
                # A version that does not say what it is about to do, or does not let itself be told.
                note("xgboost (threads)")

        def before(method: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(method)
            def call(booster: Any, *args: Any, **kwargs: Any) -> Any:
                # The first step is where all parameters have been given.
                if booster not in looked:
                    looked.add(booster)
                    settle(booster)
                return method(booster, *args, **kwargs)

            return call

        core.Booster.update = before(core.Booster.update)
        core.Booster.boost = before(core.Booster.boost)

    hooks.after("xgboost.core", after_import)


def _races(booster: Any) -> bool:
    learner = json.loads(booster.save_config())["learner"]
    linear = learner["gradient_booster"].get("gblinear_train_param")
    # 0: as many as there are cores.
    return (
        linear is not None and linear["updater"] == "shotgun" and learner["generic_param"]["nthread"] != "1"
    )
