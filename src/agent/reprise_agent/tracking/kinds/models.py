"""Boosted trees by the model that they would save, and data sets by what they are made of."""

from __future__ import annotations

from typing import Any, Optional

from .base import Form, derives_from, is_from, qualified_name


def describe_model(value: Any) -> Optional[Form]:
    cls = type(value)
    if is_from(value, "xgboost") and derives_from(cls, "Booster", "xgboost"):
        return "Booster", ("xgboost", bytes(value.save_raw("ubj"))), "exact"
    if is_from(value, "lightgbm") and derives_from(cls, "Booster", "lightgbm"):
        # Parameters, such as the number of threads, are how it was made, and not what it is.
        text = value.model_to_string(num_iteration=-1).partition("\nparameters:")[0]
        return "Booster", ("lightgbm", text), "exact"
    if is_from(value, "datasets") and isinstance(getattr(value, "_fingerprint", None), str):
        # Of data that came another way, or through a function that cannot be hashed, the fingerprint is another one.
        return (
            "Dataset",
            (qualified_name(cls), value._fingerprint, len(value), list(value.column_names)),
            "pickle",
        )
    if cls.__module__ == "torch.utils.data.dataset":
        return "Dataset", (qualified_name(cls), dict(vars(value))), "exact"
    return None
