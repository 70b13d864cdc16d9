"""Values, each with an equal copy made another way and one that differs by as little as can be. Run as a program it
prints the digests of all as JSON; digests must not depend on the process."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import json
import math
import pathlib
import random
import sys
import uuid

import numpy as np
import pandas as pd

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "src" / "agent"))
from reprise_agent.tracking.values import digest_value  # noqa: E402


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a


class Hostile:
    """Every way of looking at it from outside fails."""

    def __init__(self, a):
        self.a = a

    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None
    __repr__ = __reduce_ex__ = __getstate__ = __eq__

    @property
    def shape(self):
        raise RuntimeError("no")


class Items(list):
    pass


class Base:
    pass


Pair = collections.namedtuple("Pair", "a b")


def adder(n):
    def add(x):
        return x + n

    return add


def multiplier(x, by=2):
    return x * by


def other_multiplier(x, by=2):
    return x * by + 0


def shared_list():
    inner = [1, 2]
    return [inner, inner]


def frame(**changes):
    columns = {"a": [1.0, float("nan")], "b": ["x", None], "c": pd.to_datetime(["2024-01-01", "2024-01-02"])}
    return pd.DataFrame({**columns, **changes})


def padded(value, garbage):
    data = np.full(2 * 16, garbage, dtype="u1").view(np.dtype([("a", "u1"), ("b", "f8")], align=True))
    data["a"], data["b"] = 1, value
    return data


def masked(under):
    return np.ma.MaskedArray([1.0, under], mask=[False, True])


def nullable(under):
    series = pd.array([1, under], dtype="Int64")
    series._mask[1] = True
    return series


def fitted(seed, depth=3):
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    return RandomForestClassifier(n_estimators=3, max_depth=depth, random_state=seed).fit(x, x[:, 0] > 0)


def searched(values):
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV

    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    return GridSearchCV(Ridge(), {"alpha": values}, cv=3).fit(x, x.sum(axis=1))


def sparse(value):
    from scipy.sparse import csr_matrix

    return csr_matrix(np.array([[0.0, value], [1.0, 0.0]]))


UTC = dt.timezone.utc
WORDS = [f"word{i}" for i in range(50)]

# name: (value, equal copy, smallest change)
TABLE = {
    "none": (lambda: None, lambda: None, lambda: False),
    "bool": (lambda: True, lambda: True, lambda: 1),
    "int": (lambda: 10**20, lambda: 10 * 10**19, lambda: 10**20 + 1),
    "int or float": (lambda: 1, lambda: 2 - 1, lambda: 1.0),
    "float": (
        lambda: 0.1,
        lambda: float("0.1"),
        lambda: math.nextafter(0.1, 1) if hasattr(math, "nextafter") else 0.2,
    ),
    "zero": (lambda: 0.0, lambda: 0.0, lambda: -0.0),
    "nan": (lambda: float("nan"), lambda: math.nan, lambda: math.inf),
    "complex": (lambda: 1 + 2j, lambda: complex(1, 2), lambda: 1 - 2j),
    "str": (lambda: "é" * 3, lambda: "".join(["é", "éé"]), lambda: "e\u0301" * 3),
    "lone surrogate": (lambda: "\ud800", lambda: chr(0xD800), lambda: "\ud801"),
    "bytes": (lambda: b"ab", lambda: bytes([97, 98]), lambda: "ab"),
    "bytearray": (lambda: bytearray(b"ab"), lambda: bytearray([97, 98]), lambda: b"ab"),
    "list": (lambda: [1, [2]], lambda: [1] + [[2]], lambda: [1, (2,)]),
    "shared": (shared_list, lambda: [[1, 2], [1, 2]], lambda: [[1, 2], [1, 3]]),
    "tuple": (lambda: (1, "a"), lambda: tuple([1, "a"]), lambda: (1, "a", None)),
    "dict": (lambda: {"a": 1, "b": 2}, lambda: dict(a=1, b=2), lambda: {"b": 2, "a": 1}),
    "set": (lambda: set(WORDS), lambda: set(reversed(WORDS)), lambda: set(WORDS[1:])),
    "frozenset": (lambda: frozenset(WORDS), lambda: frozenset(WORDS[::-1]), lambda: set(WORDS)),
    "nested sets": (
        lambda: {"k": [frozenset({1, "a", (2, 3)})]},
        lambda: {"k": [frozenset({(2, 3), "a", 1})]},
        lambda: {"k": [frozenset({1, "a", (3, 2)})]},
    ),
    "set as key": (lambda: {frozenset("ab"): 1}, lambda: {frozenset("ba"): 1}, lambda: {frozenset("ac"): 1}),
    "marker in text": (lambda: "cbuiltins\nset\n", lambda: "cbuiltins\n" + "set\n", lambda: "cbuiltins\nset"),
    "deep": (lambda: deep(40), lambda: deep(40), lambda: deep(41)),
    "range": (lambda: range(3), lambda: range(0, 3), lambda: range(4)),
    "slice": (lambda: slice(1, None), lambda: slice(1, None, None), lambda: slice(1, 2)),
    "ellipsis": (lambda: [...], lambda: [Ellipsis], lambda: [NotImplemented]),
    "date": (lambda: dt.date(2024, 1, 2), lambda: dt.date.fromordinal(738887), lambda: dt.date(2024, 1, 3)),
    "datetime": (
        lambda: dt.datetime(2024, 1, 2, tzinfo=UTC),
        lambda: dt.datetime.fromisoformat("2024-01-02T00:00:00+00:00"),
        lambda: dt.datetime(2024, 1, 2),
    ),
    "fold": (
        lambda: dt.datetime(2024, 1, 2),
        lambda: dt.datetime(2024, 1, 2),
        lambda: dt.datetime(2024, 1, 2, fold=1),
    ),
    "time": (lambda: dt.time(1, 2), lambda: dt.time(1, 2), lambda: dt.time(1, 2, 0, 1)),
    "timedelta": (
        lambda: dt.timedelta(hours=24),
        lambda: dt.timedelta(days=1),
        lambda: dt.timedelta(days=1, microseconds=1),
    ),
    "decimal": (
        lambda: decimal.Decimal("1.0"),
        lambda: decimal.Decimal((0, (1, 0), -1)),
        lambda: decimal.Decimal("1.00"),
    ),
    "fraction": (
        lambda: fractions.Fraction(2, 4),
        lambda: fractions.Fraction(1, 2),
        lambda: fractions.Fraction(1, 3),
    ),
    "uuid": (lambda: uuid.UUID(int=1), lambda: uuid.UUID("0" * 31 + "1"), lambda: uuid.UUID(int=2)),
    "path": (lambda: pathlib.Path("a/b"), lambda: pathlib.Path("a") / "b", lambda: pathlib.Path("a/c")),
    "enum": (lambda: Colour.RED, lambda: Colour(1), lambda: Colour.BLUE),
    "namedtuple": (lambda: Pair(1, 2), lambda: Pair(b=2, a=1), lambda: (1, 2)),
    "dataclass": (lambda: Point(1.0), lambda: Point(x=1.0, y=0.0), lambda: Point(1.0, -0.0)),
    "slots": (lambda: Slotted([1]), lambda: Slotted([1]), lambda: Slotted([2])),
    "hostile": (lambda: Hostile({1}), lambda: Hostile({1}), lambda: Hostile({2})),
    "list subclass": (lambda: Items([1]), lambda: Items((1,)), lambda: [1]),
    "exception": (lambda: ValueError("a"), lambda: ValueError("a"), lambda: KeyError("a")),
    "OrderedDict": (
        lambda: collections.OrderedDict(a=1, b=2),
        lambda: collections.OrderedDict([("a", 1), ("b", 2)]),
        lambda: collections.OrderedDict(b=2, a=1),
    ),
    "defaultdict": (
        lambda: collections.defaultdict(list, a=[1]),
        lambda: collections.defaultdict(list, {"a": [1]}),
        lambda: collections.defaultdict(set, a=[1]),
    ),
    "Counter": (
        lambda: collections.Counter("aab"),
        lambda: collections.Counter(a=2, b=1),
        lambda: collections.Counter("ab"),
    ),
    "deque": (
        lambda: collections.deque([1], 3),
        lambda: collections.deque((1,), 3),
        lambda: collections.deque([1]),
    ),
    "array": (lambda: array.array("i", [1]), lambda: array.array("i", (1,)), lambda: array.array("l", [1])),
    "partial": (
        lambda: functools.partial(multiplier, by=3),
        lambda: functools.partial(multiplier, by=3),
        lambda: functools.partial(multiplier, by=4),
    ),
    "function": (lambda: multiplier, lambda: multiplier, lambda: other_multiplier),
    "closure": (lambda: adder(1), lambda: adder(1), lambda: adder(2)),
    "class": (lambda: Point, lambda: type(Point(1)), lambda: Slotted),
    "library class": (lambda: dict, lambda: type({}), lambda: list),
    "module": (lambda: np, lambda: sys.modules["numpy"], lambda: pd),
    "builtin": (lambda: len, lambda: len, lambda: max),
    "method": (lambda: [1].append, lambda: [1].append, lambda: [2].append),
    "random": (lambda: random.Random(1), lambda: random.Random(1), lambda: random.Random(2)),
    "random after a draw": (lambda: drawn(0), lambda: drawn(0), lambda: drawn(1)),
    "array of floats": (
        lambda: np.array([1.0, 2.0]),
        lambda: np.arange(1.0, 3.0),
        lambda: np.array([1.0, np.nextafter(2, 3)]),
    ),
    "array layout": (
        lambda: np.arange(6).reshape(2, 3),
        lambda: np.asfortranarray(np.arange(6).reshape(2, 3)),
        lambda: np.arange(6).reshape(3, 2),
    ),
    "array view": (
        lambda: np.arange(0, 6, 2),
        lambda: np.arange(6)[::2],
        lambda: np.arange(0, 6, 2).astype("f8"),
    ),
    "array of objects": (
        lambda: np.array([{"a"}, None], dtype=object),
        lambda: np.array([{"a"}, None], dtype=object),
        lambda: np.array([{"b"}, None], dtype=object),
    ),
    "array of words": (
        lambda: np.array(["a", "bc"]),
        lambda: np.array(["a", "bc"]),
        lambda: np.array(["a", "bd"]),
    ),
    "empty array": (lambda: np.zeros((0, 3)), lambda: np.ones((0, 3)), lambda: np.zeros((3, 0))),
    "scalar array": (lambda: np.array(1.0), lambda: np.ones(()), lambda: np.array([1.0])),
    "structured": (lambda: padded(1.0, 0), lambda: padded(1.0, 255), lambda: padded(2.0, 0)),
    "masked": (lambda: masked(1.0), lambda: masked(2.0), lambda: np.ma.MaskedArray([1.0, 1.0])),
    "datetime64": (
        lambda: np.array(["2024-01-01"], "M8[D]"),
        lambda: np.array([19723], "i8").view("M8[D]"),
        lambda: np.array(["2024-01-01"], "M8[s]"),
    ),
    "numpy scalar": (lambda: np.float64(0.5), lambda: np.float64("0.5"), lambda: 0.5),
    "numpy scalars": (lambda: [np.int64(1)], lambda: [np.int64(1)], lambda: [np.int32(1)]),
    "long double": (lambda: np.longdouble(1) / 3, lambda: np.longdouble(1) / 3, lambda: np.longdouble(1) / 7),
    "dtype": (lambda: np.dtype("f8"), lambda: np.dtype(float), lambda: np.dtype("f4")),
    "Generator": (
        lambda: np.random.default_rng(1),
        lambda: np.random.default_rng(1),
        lambda: np.random.default_rng(2),
    ),
    "RandomState": (
        lambda: np.random.RandomState(1),
        lambda: np.random.RandomState(1),
        lambda: np.random.RandomState(2),
    ),
    "sparse": (lambda: sparse(1.0), lambda: sparse(1.0), lambda: sparse(2.0)),
    "Series": (
        lambda: pd.Series([1, 2], name="a"),
        lambda: pd.Series((1, 2), name="a"),
        lambda: pd.Series([1, 2], name="b"),
    ),
    "Series index": (
        lambda: pd.Series([1], index=["a"]),
        lambda: pd.Series({"a": 1}),
        lambda: pd.Series([1], index=["b"]),
    ),
    "DataFrame": (frame, lambda: frame().copy(), lambda: frame(a=[1.0, 2.0])),
    "DataFrame text": (frame, lambda: frame(b=["x", None]), lambda: frame(b=["x", "None"])),
    "DataFrame dtype": (
        lambda: pd.DataFrame({"a": [1]}),
        lambda: pd.DataFrame([[1]], columns=["a"]),
        lambda: pd.DataFrame({"a": [1]}, dtype="int32"),
    ),
    "DataFrame attrs": (frame, frame, lambda: with_attrs(frame())),
    "Index": (lambda: pd.Index(["a"]), lambda: pd.Index(["a"]), lambda: pd.Index(["a"], name="n")),
    "MultiIndex": (
        lambda: pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
        lambda: pd.MultiIndex.from_product([["a", "b", "c"], [1, 2]])[[0, 3]],
        lambda: pd.MultiIndex.from_tuples([("a", 1), ("b", 3)]),
    ),
    "Categorical": (
        lambda: pd.Categorical(["a", "b"]),
        lambda: pd.Categorical.from_codes([0, 1], ["a", "b"]),
        lambda: pd.Categorical(["a", "b"], ordered=True),
    ),
    "nullable": (lambda: nullable(2), lambda: nullable(3), lambda: pd.array([1, 2], dtype="Int64")),
    "Timestamp": (
        lambda: pd.Timestamp("2024-01-01"),
        lambda: pd.Timestamp("2024-01-01 00:00"),
        lambda: pd.Timestamp("2024-01-01", tz="UTC"),
    ),
    "missing": (lambda: pd.NA, lambda: pd.NA, lambda: pd.NaT),
    "Period": (lambda: pd.Period("2024-01"), lambda: pd.Period("2024-01", "M"), lambda: pd.Period("2024-02")),
    "Interval": (lambda: pd.Interval(0, 1), lambda: pd.Interval(0, 1), lambda: pd.Interval(0, 1, "left")),
    "forest": (lambda: fitted(0), lambda: fitted(0), lambda: fitted(1)),
    "search without its times": (
        lambda: searched([1, 2]),
        lambda: searched([1, 2]),
        lambda: searched([1, 3]),
    ),
}


def deep(levels):
    value = 0
    for _ in range(levels):
        value = [value]
    return value


def drawn(extra):
    source = random.Random(1)
    for _ in range(1 + extra):
        source.random()
    return source


def with_attrs(table):
    table.attrs["note"] = 1
    return table


def digests():
    return {name: [digest_value(make())[:2] for make in makers] for name, makers in TABLE.items()}


if __name__ == "__main__":
    print(json.dumps(digests()))
