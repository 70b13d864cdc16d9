"""Reads, writes and deletions of cells against a table written by hand: how many are found, and how many are not there."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any, Dict, List, Set, Tuple

import pytest
from reprise_agent.tracking.static import StaticObserver
from shells import notebook
from truth_table import CASES, Case

KINDS = ["static"] + (["monitoring"] if sys.version_info >= (3, 12) else [])
FIELDS = ("reads", "writes", "deletes")


def _recorded(case: Case, kind: str, root: Any) -> Dict[str, Set[str]]:
    with notebook(root, files=False) as made:
        if kind == "static":
            made.variables.uninstall()
            made.variables._observer = StaticObserver(made.shell.user_ns)
        if case.setup:
            made.run(case.setup)
        line = made.run(case.cell)
    return {
        "reads": set(line["reads"]),
        "writes": {write["name"] for write in line["writes"]},
        "deletes": set(line["deletes"]),
    }


# What is known to be missed: an iterator or generator that moved, a list of the class changed through an instance, a read
# of `globals()`. Static tracking takes each branch for taken and does not look into generators.
FLOORS = {
    "monitoring": {"reads": (0.99, 0.99), "writes": (0.97, 1.0), "deletes": (1.0, 1.0)},
    "static": {"reads": (0.98, 0.93), "writes": (0.97, 1.0), "deletes": (1.0, 1.0)},
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_cells_read_and_write_is_found(kind, tmp_path, capsys):
    cases = [case for case in CASES if case.kind != "arrays" or find_spec("pandas")]
    counts = {field: [0, 0, 0] for field in FIELDS}
    wrong: List[Tuple[str, str, List[str], List[str]]] = []
    for case in cases:
        found = _recorded(case, kind, tmp_path)
        for field in FIELDS:
            truth = set(getattr(case, field).split())
            missed, more = truth - found[field], found[field] - truth
            for at, names in enumerate((found[field] & truth, missed, more)):
                counts[field][at] += len(names)
            if missed or more:
                wrong.append((case.cell, field, sorted(missed), sorted(more)))
    shares = {
        field: (right / (right + missed), right / (right + more))
        for field, (right, missed, more) in counts.items()
    }
    with capsys.disabled():
        words = ", ".join(
            f"{field}: recall {recall:.3f}, precision {precision:.3f}"
            for field, (recall, precision) in shares.items()
        )
        print(f"\nPython {sys.version_info[0]}.{sys.version_info[1]}, {kind}, {len(cases)} cells: {words}")
    for field, (least_recall, least_precision) in FLOORS[kind].items():
        recall, precision = shares[field]
        assert recall >= least_recall and precision >= least_precision, wrong
