"""The matrix as a table: how many different results each policy gave, what it cost, and what was named."""

from __future__ import annotations

import statistics
from typing import Any, Dict, List

from rows import ROWS, Row
from runs import POLICIES, Outcome

KINDS = ("losses", "weights", "predictions", "printed", "results")


def summary(row: Row, outcomes: List[Outcome]) -> Dict[str, Any]:
    """Per policy: runs that ended well, and different digests of each kind among them."""
    policies: Dict[str, Any] = {}
    for policy in ("plain", *POLICIES):
        runs = [each for each in outcomes if each.policy == policy]
        well = [each for each in runs if each.problem is None]
        if not runs:
            continue
        distinct = {
            kind: len({each.digests[kind] for each in well if kind in each.digests})
            for kind in KINDS
            if any(kind in each.digests for each in well)
        }
        policies[policy] = {
            "runs": len(runs),
            "well": len(well),
            "distinct": distinct,
            "digests": sorted({each.digests.get("weights", "") for each in well}),
            "verdict": _verdict(row.expected.get(policy), well, distinct),
            "operations": sorted({op for each in runs for op in each.operations}),
            "entropy": sorted({draw for each in runs for draw in each.entropy}),
            "faults": sorted({fault for each in runs for fault in each.faults}),
            "problems": sorted({" ".join(each.problem.split())[:400] for each in runs if each.problem}),
        }
    return {"name": row.name, "about": row.about, "expected": row.expected, "policies": policies}


def _verdict(expected: Any, well: List[Outcome], distinct: Dict[str, int]) -> str:
    if expected is None or len(well) < 2:
        return "not judged"
    same = all(distinct.get(kind, 0) == 1 for kind in ("losses", "weights", "predictions"))
    return "as expected" if same == (expected == "same") else "NOT as expected"


def timing(row: Row, outcomes: List[Outcome], laps: int) -> Dict[str, Any]:
    """Of the runs that were alone on the machine, medians of: the first lap of the training cell; its later laps; the
    cell that imports; what a run takes besides its cells; the whole process."""
    found: Dict[str, Any] = {"name": row.name}
    for policy in ("plain", *POLICIES):
        runs = [each for each in outcomes if each.policy == policy and each.problem is None]
        trained = [each.cell_ms[row.timed : row.timed + laps] for each in runs]
        if runs:
            found[policy] = {
                "runs": len(runs),
                "seconds": _spread([each.seconds for each in runs]),
                "first_ms": _spread([times[0] for times in trained]),
                "later_ms": _spread([time for times in trained for time in times[1:]]),
                "import_ms": _spread([each.cell_ms[0] for each in runs]),
                "besides_s": _spread([each.seconds - sum(each.cell_ms) / 1000 for each in runs]),
            }
    return found


def _spread(values: List[float]) -> Any:
    if not values:
        return None
    return {"median": round(statistics.median(values), 3), "all": [round(value, 3) for value in values]}


def markdown(results: Dict[str, Any]) -> str:
    lines = [
        "# Determinism on a GPU",
        "",
        f"{results['device']}. {results['versions']}.",
        "",
        "Each run is a fresh process. `n/N`: n different digests of (weights) among N runs; 1/N is bit for bit the same.",
        "",
        "| row | observe | close | full | as expected |",
        "|---|---|---|---|---|",
    ]
    for row in results["rows"]:
        cells = [_cell(row["policies"].get(policy)) for policy in POLICIES]
        verdicts = {
            policy: found["verdict"]
            for policy, found in row["policies"].items()
            if found["verdict"] != "not judged"
        }
        wrong = [policy for policy, verdict in verdicts.items() if verdict != "as expected"]
        judged = f"no: {', '.join(wrong)}" if wrong else "yes" if verdicts else "–"
        lines.append(f"| {row['name']}: {row['about']} | {' | '.join(cells)} | {judged} |")
    lines += ["", "## Named", ""]
    for row in results["rows"]:
        for policy, found in row["policies"].items():
            for kind in ("operations", "entropy", "faults", "problems"):
                if found[kind] and not (kind == "entropy" and policy == "full"):
                    lines.append(f"- {row['name']}, {policy}, {kind}: {'; '.join(found[kind])}")
    lines += [
        "",
        "## Cost",
        "",
        "Runs alone on the machine, turn about; medians. Training: the first lap of the cell, in brackets later laps in the",
        "same process, which start nothing any more. Besides: what the process takes that is no cell (start, record, end).",
        "",
        "| row | policy | runs | training | import | besides | process | training / plain |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in results["timings"]:
        lines += [_timed(row, policy) for policy in ("plain", *POLICIES) if policy in row]
    if results["skipped"]:
        lines += ["", "Not run: " + "; ".join(results["skipped"]) + "."]
    return "\n".join(lines) + "\n"


def _cell(found: Any) -> str:
    if not found:
        return "–"
    counts = [found["distinct"].get(kind) for kind in ("losses", "weights", "predictions")]
    failed = f", {found['runs'] - found['well']} failed" if found["well"] < found["runs"] else ""
    if None in counts:
        return f"0 of {found['runs']} ended{failed}"
    return f"{max(counts)}/{found['well']}{failed}"


def _timed(row: Dict[str, Any], policy: str) -> str:
    found = row[policy]
    later = found["later_ms"]
    training = f"{found['first_ms']['median']:.0f} ms" + (f" ({later['median']:.0f} ms)" if later else "")
    cells = [
        row["name"],
        policy,
        str(found["runs"]),
        training,
        f"{found['import_ms']['median']:.0f} ms",
        f"{found['besides_s']['median']:.1f} s",
        f"{found['seconds']['median']:.1f} s",
        _ratio(row, policy),
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(row: Dict[str, Any], policy: str) -> str:
    """Of later laps where there are any."""
    kind = "later_ms" if row[policy]["later_ms"] else "first_ms"
    plain = (row.get("plain") or {}).get(kind)
    return f"{row[policy][kind]['median'] / plain['median']:.2f}×" if plain else "–"


def named(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)
