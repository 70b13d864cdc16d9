"""Times cells in a bare ipykernel and in the agent, in pairs: one execution in each, turn about, so that whatever the
machine does besides falls on both. Prints one JSON line a scenario."""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import sys
import tempfile
import time
from typing import NamedTuple, Optional, Tuple

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

FILES = 20_000
TABLE = pathlib.Path(__file__).resolve().parents[1] / "src" / "determinism" / "settings.json"

# A notebook's hundred cells: one in five makes a column, the others look at what is there.
OVER_A_FRAME = tuple(
    (
        f"frame['c{i % 10}'].mean()",
        f"frame['ratio'] = frame['c{i % 10}'] / (frame['c{(i + 1) % 10}'] + 1)",
        f"frame.loc[frame['c{i % 10}'] > 0.99, 'c{(i + 3) % 10}'].sum()",
        f"part = frame['c{i % 10}'].head(1000)\npart.describe()",
        f"frame[['c{i % 10}', 'ratio']].corr()",
    )[i % 5]
    for i in range(100)
)
FRAME = (
    "import numpy as np, pandas as pd",
    "frame = pd.DataFrame({f'c{i}': np.random.rand(12_500_000) for i in range(10)})",
)


class Scenario(NamedTuple):
    before: Tuple[str, ...]  # cells run once
    cells: Tuple[str, ...]  # timed together
    pairs: int
    unit: str  # what the goal is measured in; none was set for the start of a program
    budget_ms: Optional[float] = None  # for the digests of values after a cell; None: all, as headless


def one(before: Tuple[str, ...], cell: str, pairs: int, unit: str) -> Scenario:
    return Scenario(before, (cell,), pairs, unit)


SCENARIOS = {
    "pass, empty namespace": one((), "pass", 300, "ms"),
    "pass, 1 GB of arrays": one(
        ("import numpy as np\nkept = [np.random.rand(12_500_000) for _ in range(10)]",),
        "pass",
        200,
        "ms",
    ),
    "pass, a dict of 200,000 lists": one(("kept = {i: [i, i + 1] for i in range(200_000)}",), "pass", 200, "ms"),
    "deepcopy of 100,000 small lists, ten times": one(
        ("import copy\nbig = [[i, i] for i in range(100_000)]",),
        "for _ in range(10):\n    copied = copy.deepcopy(big)",
        5,
        "ratio",
    ),
    "10⁶ draws of random.random": one(
        ("import random",),
        "for _ in range(1_000_000):\n    random.random()",
        15,
        "ratio",
    ),
    "10⁶ draws of np.random.rand": one(
        ("import numpy as np",),
        "for _ in range(1_000_000):\n    np.random.rand()",
        7,
        "ratio",
    ),
    f"reading {FILES:,} small files": one(
        ("import os\npaths = ['small/' + name for name in sorted(os.listdir('small'))]",),
        "total = 0\nfor path in paths:\n    with open(path) as file:\n        total += len(file.read())",
        7,
        "ratio",
    ),
    "100 cells over a frame of 1 GB, headless": Scenario(FRAME, OVER_A_FRAME, 1, "ratio"),
    "100 cells over a frame of 1 GB, live": Scenario(FRAME, OVER_A_FRAME, 1, "ratio", 50),
    "start of a Python program": one(
        ("import subprocess, sys",), "subprocess.run([sys.executable, '-c', 'pass'])", 40, "start"
    ),
    "start of a Python program with NumPy": one(
        ("import subprocess, sys",), "subprocess.run([sys.executable, '-c', 'import numpy'])", 20, "start"
    ),
    "GridSearchCV, forest on breast cancer": one(
        (
            "from sklearn.datasets import load_breast_cancer\nfrom sklearn.ensemble import RandomForestClassifier\n"
            "from sklearn.model_selection import GridSearchCV\nX, y = load_breast_cancer(return_X_y=True)",
        ),
        "search = GridSearchCV(RandomForestClassifier(), {'max_depth': [3, 6], 'n_estimators': [20, 40]}, cv=3).fit(X, y)",
        5,
        "ratio",
    ),
}


class Kernel:
    def __init__(self, argv: list, folder: pathlib.Path, environment: dict) -> None:
        self.manager = KernelManager()
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="bench", language="python")
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, **environment})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def execute(self, code: str) -> float:
        """Milliseconds from the request until the kernel is idle again."""
        begun = time.perf_counter()
        reply = self.client.execute_interactive(code, output_hook=lambda message: None, timeout=300)
        took = (time.perf_counter() - begun) * 1000
        assert reply["content"]["status"] == "ok", reply["content"]
        return took

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def measure(agent: str, folder: pathlib.Path, name: str) -> dict:
    scenario = SCENARIOS[name]
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["settings"]
    config = {
        "policy": "close",
        "settings": [row["id"] for row in rows if row["how"] != "recorded" and row["policy"] == "close"],
        "seed": {"value": "bec", "from": "fresh"},
        "root": str(folder),
        "valueBudgetMs": scenario.budget_ms,
    }
    bare = Kernel([sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], folder, {})
    ours = Kernel(
        [sys.executable, agent, "-f", "{connection_file}"], folder, {"REPRISE_CONFIG": json.dumps(config)}
    )
    try:
        for kernel in (bare, ours):
            for cell in (*scenario.before, *scenario.cells):
                kernel.execute(cell)
        times = [
            (sum(map(bare.execute, scenario.cells)), sum(map(ours.execute, scenario.cells)))
            for _ in range(scenario.pairs)
        ]
    finally:
        bare.stop()
        ours.stop()
    base, with_agent = (statistics.median(side) for side in zip(*times))
    return {
        "scenario": name,
        "unit": scenario.unit,
        "pairs": scenario.pairs,
        "bareMs": round(base, 3),
        "agentMs": round(with_agent, 3),
        "moreMs": round(statistics.median(ours - bare for bare, ours in times), 3),
        "ratio": round(statistics.median(ours / bare for bare, ours in times), 4),
    }


def main() -> None:
    agent, wanted = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="reprise-bench-") as place:
        folder = pathlib.Path(place)
        (folder / ".reprise").mkdir()
        (folder / "small").mkdir()
        for i in range(FILES):
            (folder / "small" / f"{i:05}.txt").write_text(f"number {i}\n" * 20)
        for name in SCENARIOS:
            if not wanted or any(word in name for word in wanted):
                print(json.dumps(measure(agent, folder, name), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
