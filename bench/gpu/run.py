"""Determinism on a GPU, measured through the agent's runner: `python3 bench/gpu/run.py --agent dist/agent.pyz --out DIR`.

Needs Python with ipykernel and what the rows import; neither Node nor a network. Writes results.json, results.md,
probe.json, log.txt and records.tar.gz into DIR. What does not fit into `--seconds` is left out, and the table says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sys
import tarfile
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Dict, List, Tuple

import hardware
import report
from rows import ROWS, Row
from runs import Outcome, plain, run

# Seconds that a run may take.
LIMIT = 60.0


class Bench:
    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.began = time.monotonic()
        self.work = Path(tempfile.mkdtemp(prefix="reprise-gpu-"))
        self.log = open(given.out / "log.txt", "w", encoding="utf-8")
        self.outcomes: Dict[str, List[Outcome]] = {}
        self.timed: Dict[str, List[Outcome]] = {}
        self.skipped: List[str] = []
        self.count = 0

    @property
    def left(self) -> float:
        return self.given.seconds - (time.monotonic() - self.began)

    def say(self, text: str) -> None:
        line = f"[{time.monotonic() - self.began:6.1f} s] {text}"
        print(line, flush=True)
        print(line, file=self.log, flush=True)

    def execute(self, row: Row, policy: str, laps: int = 1) -> Outcome:
        """Never raises: what went wrong is the outcome's problem."""
        self.count += 1
        place = self.work / f"{row.name}-{policy}-{self.count}"
        sources = row.sources(self.given.device, self.given.quick, laps)
        limit = max(5.0, min(LIMIT, self.left))
        try:
            if policy == "plain":
                outcome = plain(place, sources, limit)
            else:
                outcome = run(self.given.agent, place, sources, policy, limit)
        except Exception as error:
            outcome = Outcome(policy, 0.0, problem=f"{type(error).__name__}: {error}")
        self.say(_told(row, outcome))
        return outcome

    def repeat(self, wanted: List[Tuple[Row, str]]) -> None:
        """Several at a time: results must not depend on what else the machine does."""
        with ThreadPoolExecutor(self.given.parallel) as pool:
            for row, outcome in pool.map(self._unless_late, wanted):
                if outcome is None:
                    self.skipped.append(row)
                else:
                    self.outcomes.setdefault(row, []).append(outcome)

    def _unless_late(self, wanted: Tuple[Row, str]) -> "Tuple[str, Any]":
        row, policy = wanted
        if self.left < self.given.reserve:
            return f"{row.name} under {policy}", None
        return row.name, self.execute(row, policy)

    def time_alone(self, rows: List[Row], rounds: int) -> None:
        for number in range(rounds):
            for row in rows:
                for policy in ("plain", "observe", "close", "full")[:: 1 if number % 2 == 0 else -1]:
                    if self.left < self.given.reserve:
                        self.skipped.append(f"timing {row.name} under {policy}")
                        continue
                    outcome = self.execute(row, policy, self.given.laps)
                    self.timed.setdefault(row.name, []).append(outcome)
                    # What was trained longer has other weights.
                    if policy != "plain" and self.given.laps == 1:
                        self.outcomes.setdefault(row.name, []).append(outcome)

    def write(self, found: Dict[str, Any]) -> Dict[str, Any]:
        rows = [row for row in ROWS if row.name in self.outcomes]
        results = {
            "device": _device(found),
            "versions": _versions(found),
            "seconds": round(time.monotonic() - self.began, 1),
            "hardware": found,
            "rows": [report.summary(row, self.outcomes[row.name]) for row in rows],
            "timings": [
                report.timing(row, self.timed[row.name], self.given.laps)
                for row in ROWS
                if row.name in self.timed
            ],
            "timed": {name: [asdict(each) for each in runs] for name, runs in self.timed.items()},
            "loaded": self._loaded(),
            "skipped": self.skipped,
            "runs": {name: [asdict(each) for each in runs] for name, runs in self.outcomes.items()},
        }
        out = self.given.out
        (out / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
        (out / "results.md").write_text(report.markdown(results), encoding="utf-8")
        return results

    def _loaded(self) -> Dict[str, Any]:
        """How each framework was set when a row had ended, under each policy: of the first run."""
        found: Dict[str, Any] = {}
        for name, runs in self.outcomes.items():
            for each in runs:
                if each.loaded:
                    found.setdefault(f"{name}, {each.policy}", each.loaded)
        return found

    def keep_records(self) -> None:
        """Records and executed notebooks; objects are left out."""
        with tarfile.open(self.given.out / "records.tar.gz", "w:gz") as archive:
            for path in sorted(self.work.glob("*/.reprise/runs/*/*")):
                if path.name in ("record.jsonl", "executed.ipynb", "bundle.json"):
                    archive.add(path, f"{path.parts[-5]}/{path.name}")


def _told(row: Row, outcome: Outcome) -> str:
    digest = outcome.digests.get("weights", "–" * 8)[:8]
    cell = outcome.cell_ms[row.timed] if row.timed is not None and len(outcome.cell_ms) > row.timed else None
    took = f", training cell {cell:.0f} ms" if cell is not None else ""
    named = f", {len(outcome.operations)} operations named" if outcome.operations else ""
    bad = f" PROBLEM {' '.join(outcome.problem.split())[:700]}" if outcome.problem else ""
    faults = f" FAULTS {outcome.faults}" if outcome.faults else ""
    return f"{row.name} {outcome.policy}: weights {digest}, {outcome.seconds:.1f} s{took}{named}{bad}{faults}"


def _device(found: Dict[str, Any]) -> str:
    ways = found["gpus"]["ways"] if isinstance(found["gpus"], dict) else {}
    for way in ("NVML (pynvml)", "nvidia-smi", "driver files", "torch"):
        if isinstance(ways.get(way), list) and ways[way]:
            return ", ".join(f"{name} {value}" for name, value in ways[way][0].items())
    return "No GPU"


def _versions(found: Dict[str, Any]) -> str:
    versions = found["versions"]
    return (
        ", ".join(f"{name} {version}" for name, version in versions.items())
        if isinstance(versions, dict)
        else ""
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agent", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and steps")
    parser.add_argument("--seconds", type=float, default=330, help="budget for everything")
    parser.add_argument("--reserve", type=float, default=15, help="no run begins when less than this is left")
    parser.add_argument("--parallel", type=int, default=6, help="runs at a time, where time is not measured")
    parser.add_argument("--rows", default="", help="only rows whose name begins so (comma separated)")
    parser.add_argument("--timed", help="as --rows, of those to time; without it the same rows")
    parser.add_argument(
        "--only", choices=("hardware", "digests", "timing"), help="one part; without it all of them"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each timed row and policy")
    parser.add_argument("--laps", type=int, default=1, help="how often a timed run repeats its training cell")
    given = parser.parse_args()
    given.agent = given.agent.resolve()
    given.out = given.out.resolve()
    given.out.mkdir(parents=True, exist_ok=True)
    return given


def chosen(bench: Bench, given: argparse.Namespace) -> Tuple[List[Row], List[Row]]:
    """The rows to compare, and those to time."""
    rows = [row for row in ROWS if row.name.startswith(tuple(given.rows.split(",")))]
    timed = [row for row in ROWS if row.name.startswith(tuple((given.timed or given.rows).split(",")))]
    for framework in sorted({row.framework for row in (*rows, *timed)}):
        if importlib.util.find_spec(framework) is None:
            bench.skipped.append(f"rows of {framework}, which this Python does not have")
            rows, timed = ([row for row in each if row.framework != framework] for each in (rows, timed))
    return rows, [row for row in timed if row.timed is not None]


def digests(bench: Bench, rows: List[Row], found: Dict[str, Any]) -> None:
    """Each row once first, so that what time cuts off is repetition."""
    bench.repeat([(row, policy) for policy in ("full", "observe") for row in rows])
    bench.write(found)
    if all(each.problem for runs in bench.outcomes.values() for each in runs):
        raise RuntimeError("no run came to its end: nothing more is tried")
    again = ("full", "close", "observe", "close", "full")
    bench.repeat(
        [(row, policy) for policy in (*again, *(() if bench.given.quick else ("full",) * 2)) for row in rows]
    )
    bench.write(found)


def main() -> int:
    given = _arguments()
    bench = Bench(given)
    found = hardware.hardware(given.agent)
    (given.out / "probe.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    for line in [*hardware.told(found), _versions(found)]:
        bench.say(line)
    rows, timed = chosen(bench, given)
    try:
        if given.only in (None, "digests"):
            digests(bench, rows, found)
        if given.only in (None, "timing"):
            bench.time_alone(timed, given.rounds)
    except BaseException:
        bench.say(traceback.format_exc())
    results = bench.write(found)
    try:
        bench.keep_records()
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
    print(report.markdown(results), flush=True)
    wrong = [
        f"{row['name']} under {policy}"
        for row in results["rows"]
        for policy, of in row["policies"].items()
        if of["verdict"] == "NOT as expected" or (of["problems"] and policy in row["expected"])
    ]
    bench.say(f"not as expected: {', '.join(wrong)}" if wrong else "everything as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
