"""pandas: frames, series, indexes, extension arrays and scalars."""

from __future__ import annotations

import sys
from typing import Any, List, Optional, Tuple

from .base import Form, derives_from, is_a, is_from, qualified_name


def describe_frame(value: Any) -> Optional[Form]:
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return None
    name = qualified_name(type(value))
    if is_a(value, pandas.DataFrame):
        columns = [_values(value, position) for position in range(value.shape[1])]
        return "DataFrame", (name, value.columns, value.index, columns, value.attrs), "exact"
    if is_a(value, pandas.Series):
        return "Series", (name, value.name, value.index, value.array, value.attrs), "exact"
    if is_a(value, pandas.Index):
        return _index(pandas, value, name)
    if is_a(value, pandas.api.extensions.ExtensionArray):
        return _extension_array(pandas, value, name)
    if is_a(value, pandas.api.extensions.ExtensionDtype):
        categories = (value.categories, value.ordered) if is_a(value, pandas.CategoricalDtype) else None
        return "dtype", (name, str(value), categories), "exact"
    if not is_from(value, "pandas"):
        return None
    return _scalar(pandas, value, name)


def _scalar(pandas: Any, value: Any, name: str) -> Optional[Form]:
    if value is pandas.NaT or value is pandas.NA:
        return "missing", name, "exact"
    if is_a(value, pandas.Timestamp):
        return "Timestamp", (*_ticks(value), value.tzinfo, value.fold), "exact"
    if is_a(value, pandas.Timedelta):
        return "Timedelta", _ticks(value), "exact"
    if is_a(value, pandas.Period):
        return "Period", (value.ordinal, value.freqstr), "exact"
    if is_a(value, pandas.Interval):
        return "Interval", (value.left, value.right, value.closed), "exact"
    return None


def _ticks(value: Any) -> Tuple[int, str]:
    return getattr(value, "_value", value.value), getattr(value, "unit", "ns")


def _values(frame: Any, position: int) -> Any:
    """One column's array, without building a Series."""
    column = getattr(frame, "_get_column_array", None)
    return column(position) if column is not None else frame.iloc[:, position].array


def _index(pandas: Any, index: Any, name: str) -> Form:
    if is_a(index, pandas.RangeIndex):
        return "index", (name, list(index.names), (index.start, index.stop, index.step)), "exact"
    if is_a(index, pandas.MultiIndex):
        # By level: which codes stand for a label is not part of the value.
        levels: List[Any] = [index.get_level_values(position) for position in range(index.nlevels)]
        return "index", (name, list(index.names), levels), "exact"
    freq = getattr(index, "freqstr", None)
    return "index", (name, list(index.names), freq, index.array), "exact"


def _extension_array(pandas: Any, array: Any, name: str) -> Form:
    dtype = str(array.dtype)
    if is_a(array, pandas.Categorical):
        return "extension", ("Categorical", array.codes, array.categories, array.ordered), "exact"
    if type(array).__name__ in ("NumpyExtensionArray", "PandasArray"):
        return "plain", array.to_numpy(), "exact"
    if is_a(array, pandas.arrays.SparseArray):
        positions = array.sp_index.to_int_index().indices
        return "extension", (name, dtype, len(array), positions, array.sp_values, array.fill_value), "exact"
    if is_a(array, pandas.arrays.IntervalArray):
        return "extension", (name, dtype, array.left, array.right), "exact"
    if derives_from(type(array), "BaseMaskedArray", "pandas"):
        data = array._data.copy()
        data[array._mask] = data.dtype.type()  # what lies under the mask is not part of the value
        return "extension", (name, dtype, data, array._mask), "exact"
    if is_a(array, (pandas.arrays.DatetimeArray, pandas.arrays.TimedeltaArray, pandas.arrays.PeriodArray)):
        return "extension", (name, dtype, array.asi8), "exact"
    if is_a(array, pandas.arrays.StringArray):
        return "extension", ("StringArray", dtype, array.to_numpy(dtype=object)), "exact"
    return "extension", (name, dtype, list(array)), "exact"
