"""One run of a row in a fresh process: through the agent's runner, or as a plain script."""

from __future__ import annotations

import hmac
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Dict, List, Optional

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "src" / "determinism" / "settings.json"
# Of every run whose policy enforces it: each is a replay of the first.
ENTROPY = "5eed0000000000000000000000005eed"
POLICIES = ("observe", "close", "full")
# Several runs share the device: no framework may take all of its memory.
SHARING = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}

# Seconds beyond a run's limit, after which its processes are ended from outside; and the exit code that stands for it.
GRACE = 15
TOO_LONG = 124


@dataclass
class Outcome:
    """What one run left behind. `problem` is None where it came to its end."""

    policy: str
    seconds: float
    digests: Dict[str, str] = field(default_factory=dict)
    cell_ms: List[Optional[float]] = field(default_factory=list)
    operations: List[str] = field(default_factory=list)
    entropy: List[str] = field(default_factory=list)
    faults: List[str] = field(default_factory=list)
    loaded: Dict[str, Any] = field(default_factory=dict)
    problem: Optional[str] = None


def environment(policy: str) -> Dict[str, str]:
    """As `src/determinism/policy.ts` makes it, from the same table."""
    variables = dict(SHARING)
    if policy in ("close", "full"):
        key = sha256(b"reprise/entropy/1\0" + ENTROPY.encode()).digest()
        stream = hmac.new(key, b"reprise/stream/1\0hashseed", sha256).digest()
        variables["PYTHONHASHSEED"] = str(int.from_bytes(stream[:4], "big"))
    cores = str(len(os.sched_getaffinity(0)))
    for row in _in_force(policy):
        variable = row.get("variable")
        if variable is None or row["id"] == "hash-seed":
            continue
        given = os.environ.get(variable["name"])
        variables[variable["name"]] = _valued({"value": cores, **variable}, given)
    return variables


def _in_force(policy: str) -> List[Dict[str, Any]]:
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["settings"]
    levels = ("observe", "close", "full")
    below = levels[: levels.index(policy) + 1]
    return [row for row in rows if row["how"] != "recorded" and row["policy"] in below]


def _valued(row: Dict[str, str], given: Optional[str]) -> str:
    if "flag" not in row:
        return given if given is not None else row["value"]
    flags = (given or "").split()
    if row["flag"] not in (flag.split("=")[0] for flag in flags):
        flags.append(f"{row['flag']}={row['value']}")
    return " ".join(flags)


def run(agent: Path, place: Path, sources: List[str], policy: str, limit: float) -> Outcome:
    """`place` is made, and becomes the run's root. Takes at most `limit` seconds."""
    name = "20260101-000000-000000"
    folder = place / ".reprise" / "runs" / name
    folder.mkdir(parents=True)
    (folder / "notebook.ipynb").write_text(json.dumps(notebook(sources)), encoding="utf-8")
    seed = ENTROPY if policy != "observe" else os.urandom(16).hex()
    bundle = {
        "schema": "reprise/bundle/1",
        "run": name,
        "root": "../../..",
        "notebook": "study.ipynb",
        "document": "notebook.ipynb",
        "agent": {
            "schema": "reprise/agent/1",
            "policy": policy,
            "settings": [row["id"] for row in _in_force(policy)],
            "seed": {"value": seed, "from": "fresh"},
            "entropy": "record",
            "rng": "per-session",
            "strict": False,
            "valueBudgetMs": None,
        },
        "environment": environment(policy),
        "timeout": limit,
        "detached": True,
        "out": ".",
        "objects": "../../objects",
    }
    (folder / "bundle.json").write_text(json.dumps(bundle), encoding="utf-8")
    began = time.monotonic()
    code, out, err = _execute(
        [sys.executable, str(agent), "run", str(folder)], place, dict(os.environ), limit
    )
    outcome = Outcome(policy, time.monotonic() - began)
    try:
        _read(folder, outcome)
    except Exception as error:
        outcome.problem = f"no whole record: {type(error).__name__}"
    if code == TOO_LONG:
        outcome.problem = f"took longer than {limit + GRACE:.0f} s"
    if outcome.problem or code != 0:
        events = " ".join(line[:300] for line in out.splitlines()[-3:])
        outcome.problem = " | ".join((outcome.problem or f"exit code {code}", events, err[-400:].strip()))
    return outcome


def plain(place: Path, sources: List[str], limit: float) -> Outcome:
    """The same cells in a plain Python process, each timed, without Jupyter and without the agent."""
    place.mkdir(parents=True)
    script = place / "plain.py"
    cells = place / "cells.json"
    cells.write_text(json.dumps(sources), encoding="utf-8")
    script.write_text(
        "import json, time\n"
        f"_cells, _times = json.load(open({str(cells)!r})), []\n"
        "for _number, _cell in enumerate(_cells):\n"
        "    _began = time.perf_counter()\n"
        "    exec(compile(_cell, f'cell {_number}', 'exec'), globals())\n"
        "    _times.append((time.perf_counter() - _began) * 1000)\n"
        f"json.dump(_times, open({str(place / 'times.json')!r}, 'w'))\n",
        encoding="utf-8",
    )
    began = time.monotonic()
    code, out, err = _execute([sys.executable, str(script)], place, {**os.environ, **SHARING}, limit)
    outcome = Outcome("plain", time.monotonic() - began, _digests(out))
    if code == 0:
        outcome.cell_ms = json.loads((place / "times.json").read_text(encoding="utf-8"))
    else:
        outcome.problem = f"exit code {code} | {err[-400:].strip()}"
    return outcome


def notebook(sources: List[str]) -> Dict[str, Any]:
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def _execute(argv: List[str], folder: Path, env: Dict[str, str], limit: float) -> "tuple[int, str, str]":
    with subprocess.Popen(
        argv,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=limit + GRACE)
            return process.returncode, out, err
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                out, err = process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                out, err = process.communicate()
            return TOO_LONG, out, err


def _read(folder: Path, outcome: Outcome) -> None:
    lines = [json.loads(line) for line in (folder / "record.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        outcome.faults += line.get("faults", [])
        if line["type"] == "cell":
            outcome.cell_ms.append(line["durationMs"])
            outcome.operations += [_placed(each["op"], each) for each in line["operations"]]
            outcome.entropy += [
                _placed(f"{each['source']} {each['reach']}", each) for each in line["entropy"]
            ]
            if line["error"] and not outcome.problem:
                outcome.problem = (
                    f"cell {line['index']}: {line['error']['ename']}: {line['error']['evalue'][:300]}"
                )
        elif line["type"] == "closing":
            outcome.loaded = line.get("loaded", {})
        elif line["type"] == "summary":
            outcome.digests["results"] = line["results"]
            if line["status"] != "ok" and not outcome.problem:
                outcome.problem = f"ended {line['status']}"
    executed = json.loads((folder / "executed.ipynb").read_text(encoding="utf-8"))
    streams = [output for cell in executed["cells"] for output in cell.get("outputs", [])]
    printed = "".join("".join(each["text"]) for each in streams if each.get("name") == "stdout")
    outcome.digests.update(_digests(printed))


def _digests(printed: str) -> Dict[str, str]:
    """What the rows print of losses, weights and predictions; `printed` of all they print."""
    found = dict(re.findall(r"^(losses|weights|predictions) ([0-9a-f]{64})$", printed, re.MULTILINE))
    return {**found, "printed": sha256(printed.encode()).hexdigest()}


def _placed(what: str, entry: Dict[str, Any]) -> str:
    at = entry.get("at")
    return f"{what} (cell {at['cell']}, line {at['line']})" if at else what
