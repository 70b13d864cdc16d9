"""The agent enforces what the policy table says: no row that it does not know, and no word of its own."""

import re

import pytest
from reprise_agent.seeding.draws import SOURCES
from table import AGENT, ROWS, settings


def _asked_for() -> set:
    """Ids that the agent's own code asks for."""
    found = set()
    for file in AGENT.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:applies|put)\("([a-z-]+)"', text))
        found |= {f"{source}-seed" for source in re.findall(r'seeder\("(\w+)"', text)}
    return found | set(SOURCES)


def test_the_agent_knows_each_row_that_it_is_to_enforce_and_no_other():
    enforced = {row["id"] for row in ROWS if row["how"] in ("import", "call")}
    assert _asked_for() == enforced | {"hash-seed"}


DRAWS = "import random, numpy as np\nprint(random.random(), np.random.rand(), np.random.default_rng().random())"


@pytest.mark.parametrize("left_out", ["python-random", "numpy-random"])
def test_a_row_that_is_left_out_is_not_enforced_and_the_others_are(run, left_out):
    rows = [row for row in settings("close") if row != left_out]
    first, second = (run(DRAWS, agent={"settings": rows}) for _ in range(2))
    one, two = (ran.text(0).split() for ran in (first, second))
    same = [a == b for a, b in zip(one, two)]
    assert same == ([False, True, True] if left_out == "python-random" else [True, False, False])
    reaches = dict(first.entropy(0))
    unreached = {"python.random"} if left_out == "python-random" else {"numpy.global", "numpy.default_rng"}
    assert {source for source, reach in reaches.items() if reach == "unreached"} == unreached


def test_without_a_record_the_kernel_is_plain(run):
    ran = run("x = 1", "type(get_ipython().kernel).__name__", policy="observe", agent={"records": False})
    assert ran.text(1) == "'IPythonKernel'"
    assert ran.cells == []
    assert [event["status"] for event in ran.events if event["event"] == "cell-end"] == ["ok", "ok"]
