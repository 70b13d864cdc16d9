from __future__ import annotations

import pytest
from reprise_agent.tracking.clocks import clock_reads
from shells import notebook


@pytest.fixture
def nb(tmp_path):
    with notebook(tmp_path, files=False) as made:
        made.run(
            "import time, datetime as dt\nimport numpy as np, pandas as pd\nfrom datetime import datetime"
        )
        made.run(
            "def stamp():\n    return time.time()\nclass Timer:\n    def __init__(self): self.at = datetime.now()"
        )
        yield made


@pytest.mark.parametrize(
    "source, expected",
    [
        ("x = 1\ny = time.time()", [("time.time", 2)]),
        ("from time import perf_counter as pc\npc()", [("time.perf_counter", 2)]),
        (
            "dt.datetime.now(); datetime.today(); dt.date.today()",
            [("datetime.date.today", 1), ("datetime.datetime.now", 1), ("datetime.datetime.today", 1)],
        ),
        ("pd.Timestamp.now()", [("pandas.Timestamp.now", 1)]),
        ("np.datetime64('today')", [("numpy.datetime64('today')", 1)]),
        ("np.datetime64('2024-01-01')", []),
        ("time.strftime('%Y')", [("time.strftime", 1)]),
        ("time.strftime('%Y', time.gmtime(0))", []),
        ("def later(): return time.time()", []),
        ("def now():\n    return time.time()\nnow()", [("time.time", 2)]),
        ("a = 1\nstamp()", [("time.time", 2)]),
        ("t = Timer()", [("datetime.datetime.now", 1)]),
        ("[stamp for _ in range(2)]", [("time.time", 1)]),
        ("%%time\na = 1\nb = time.time()", [("time.time", 3)]),
        ("\n\nb = time.monotonic()", [("time.monotonic", 3)]),
        ("class time_:\n    def time(self): return 1\ntime_().time()", []),
        ("import timeit\nd = timeit.timeit('1 + 1', number=1)", [("timeit.timeit", 2)]),
        ("import timeit\nb = timeit.default_timer()", [("timeit.default_timer", 2)]),
        ("r = %timeit -n 1 -r1 -q -o 1 + 1", [("%timeit", 1)]),
        ("%timeit -n 1 -r 1 1 - 0", []),
        ("%%timeit -n1 -r1 -qo\n1 + 1", [("%timeit", 1)]),
        ("def broken(:", []),
    ],
)
def test_clock_calls_with_their_lines(nb, source, expected):
    nb.run(source)
    assert [(read["call"], read["line"]) for read in clock_reads(nb.shell, source)] == expected
