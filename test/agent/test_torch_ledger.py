"""What a record says of training with torch; skipped where torch is not installed."""

import json
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from reprise_agent.cells import Cells
from reprise_agent.training import torch as watched
from reprise_agent.training.ledger import Ledger

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="optional: torch is not installed")

MODEL = """\
import json, torch
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(1)
x = torch.arange(40.0).reshape(20, 2) / 40
y = x.sum(1, keepdim=True)
model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loader = DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True, num_workers=WORKERS)
"""
TRAIN = """\
losses, drawn = [], []
for epoch in range(3):
    for rows, wanted in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(rows), wanted)
        loss.backward()
        optimizer.step()
        losses.append(loss.item().hex())
        drawn.append([round(float(row[0]) * 20) for row in rows])
"""
SHOW = """\
weights = [each.tolist() for each in model.parameters()]
print(json.dumps([losses, drawn, weights, torch.rand(3).tolist()]))
"""
PASSES = """\
for a, b in zip(loader, loader):
    pass
for a in loader:
    break
for a in loader:
    pass
"""
OWN = """\
class Own:
    pass
for batch in DataLoader([Own(), Own()], collate_fn=lambda rows: (torch.zeros(1), rows[0])):
    pass
"""
DEAR = """\
rows = torch.zeros(1, 20_000).expand(4096, -1)
for batch in DataLoader(TensorDataset(rows), batch_size=8):
    pass
"""
MANY = "for epoch in range(3):\n    for b in DataLoader(x, batch_size=1): pass\n" * 40
LARGE = """\
large = torch.nn.Parameter(torch.zeros(68_000_000))
descent = torch.optim.SGD([large, *model.parameters()], lr=1.0)
for n in range(2):
    descent.zero_grad()
    large[:3].sum().backward()
    descent.step()
"""
FROZEN = """\
with torch.no_grad():
    for rows, wanted in loader:
        model(rows)
"""


def notebook(workers=0, *more):
    return [MODEL.replace("WORKERS", str(workers)), TRAIN, SHOW, *more]


@pytest.fixture(scope="module")
def ran(module_run):
    return module_run(*notebook(0, PASSES, OWN, DEAR, MANY, FROZEN, LARGE), agent={"ledger": "indices"})


@pytest.fixture(scope="module")
def plain(module_run):
    return module_run(*notebook(), agent={"ledger": "off"})


def ledger_of(ran, index=1):
    digest = ran.cells[index]["training"]["ledger"]
    return json.loads((ran.folder.parents[1] / "objects" / digest).read_text())


def test_batches_steps_and_epochs_of_a_loop(ran):
    assert [cell["faults"] for cell in ran.cells] == [[]] * 9
    found = ran.cells[1]["training"]
    (stream,) = found["streams"]
    assert (stream["source"], stream["at"]) == ("torch.DataLoader", {"cell": 1, "line": 3})
    assert (stream["batches"], stream["passes"], len(set(stream["digests"].values()))) == (15, 3, 15)
    assert len(stream["chain"]) == 64
    assert found["taken"] == 15
    assert [step["n"] for step in found["steps"]] == [0, 1, 2, 4, 5, 8, 10, 15]
    losses = json.loads(ran.text(2))[0]
    assert [step["loss"] for step in found["steps"][1:]] == [
        losses[step["n"] - 1] for step in found["steps"][1:]
    ]
    assert len({step["weights"] for step in found["steps"]}) == 8
    assert ran.cells[1]["notObserved"] == []
    assert ["training" in ran.cells[cell] for cell in (0, 2)] == [False, False]


def test_rows_and_steps_of_each_batch_are_those_that_were_drawn(ran):
    drawn = json.loads(ran.text(2))[1]
    batches = ledger_of(ran)["streams"][0]["batches"]
    assert [batch["rows"] for batch in batches] == drawn
    assert [(batch["n"], batch["step"], batch["size"]) for batch in batches] == [
        (n + 1, n, 4) for n in range(15)
    ]


def test_results_and_generators_are_the_same_without_a_ledger(ran, plain):
    assert ran.text(2) == plain.text(2)
    assert ran.cells[2]["rng"] == plain.cells[2]["rng"]
    assert [cell for cell in plain.cells if "training" in cell] == []


def test_workers_ask_ahead_and_the_rows_still_belong_to_their_batch(ran, module_run):
    with_workers = module_run(*notebook(2), policy="observe", agent={"ledger": "indices"})
    drawn = json.loads(with_workers.text(2))[1]
    assert [batch["rows"] for batch in ledger_of(with_workers)["streams"][0]["batches"]] == drawn
    sequential = ran.cells[1]["training"]["streams"][0]
    assert with_workers.cells[1]["training"]["streams"][0]["chain"] == sequential["chain"]


def test_one_changed_number_changes_the_batches_that_it_is_in(ran, module_run):
    cells = notebook()
    poisoned = module_run(cells[0] + "x[7, 1] += 1e-3\n", *cells[1:])
    before, after = (each.cells[1]["training"]["streams"][0]["digests"] for each in (ran, poisoned))
    changed = [int(number) for number in before if before[number] != after[number]]
    rows = [batch["rows"] for batch in ledger_of(ran)["streams"][0]["batches"]]
    assert changed == [number for number, drawn in enumerate(rows, 1) if 7 in drawn]
    first, again = (each.cells[1]["training"]["steps"] for each in (ran, poisoned))
    assert [step["n"] for step, other in zip(first, again) if step != other][0] >= changed[0]
    assert not any("rows" in batch for batch in ledger_of(poisoned)["streams"][0]["batches"])


def test_passes_that_are_open_at_once_are_streams_of_their_own(ran):
    found = ran.cells[3]["training"]
    streams = [(each["at"]["line"], each["batches"], each["passes"]) for each in found["streams"]]
    assert streams == [(1, 5, 1), (1, 5, 0), (3, 1, 0), (5, 5, 1)]
    assert (found["taken"], found["steps"]) == (0, [])


def test_what_cannot_be_read_is_said(ran):
    (stream,) = ran.cells[4]["training"]["streams"]
    assert stream["partial"] is True


def test_where_digests_cost_too_much_only_some_batches_have_one(ran):
    (stream,) = ran.cells[5]["training"]["streams"]
    first = stream["sampledFrom"]
    assert stream["batches"] == 512
    assert first > 16
    assert "chain" not in stream
    digested = [batch["n"] for batch in ledger_of(ran, 5)["streams"][0]["batches"] if "digest" in batch]
    expected = [n for n in range(first, 513) if n % 64 == 0 or n & (n - 1) == 0]
    assert digested == [*range(1, first), *expected]


def test_a_line_stays_short_however_much_was_trained(ran):
    found = ran.cells[6]["training"]
    assert len(json.dumps(found)) <= 16_000
    assert found["streamsInAll"] == 40
    assert found["streams"][0]["batches"] == 60
    assert len(ledger_of(ran, 6)["streams"]) == 40


def test_a_pass_without_training_changes_no_weights(ran):
    found = ran.cells[7]["training"]
    assert (found["taken"], found["steps"], found["streams"][0]["passes"]) == (0, [], 1)


def test_of_more_weights_than_can_be_digested_at_every_step_a_sample_is(ran):
    steps = ran.cells[8]["training"]["steps"]
    # What the first step cost leaves no time for those after it.
    assert [step["n"] for step in steps] == [0, 1, 2]
    assert steps[0]["sampled"] is True
    assert all(("sampled" in step) == ("weights" in step) for step in steps)
    assert not any("sampled" in step for step in ran.cells[1]["training"]["steps"])


def test_a_sample_is_of_the_same_places_however_a_tensor_lies_in_memory():
    import torch

    def weigh(*tensors):
        return watched.weights_of(tensors)

    whole = torch.arange(68_000_000, dtype=torch.float32)
    found = weigh(whole, torch.tensor(1.0), torch.zeros(0), torch.zeros(3, dtype=torch.bfloat16))
    assert found.sampled
    again = torch.arange(68_000_000, dtype=torch.float32)
    assert weigh(again, torch.tensor(1.0), torch.zeros(0), torch.zeros(3, dtype=torch.bfloat16)) == found
    again[-1] = 0
    assert weigh(again, torch.tensor(1.0), torch.zeros(0), torch.zeros(3, dtype=torch.bfloat16)) != found
    matrix = whole.reshape(8_000, 8_500)
    assert weigh(matrix.t().contiguous().t()) == weigh(matrix)
    assert weigh(matrix.to("meta")) is None


def test_a_torch_without_hooks_says_that_its_steps_are_not_seen():
    cells = Cells(None)
    cells.begin("c0", 0, "cell")
    ledger = Ledger(cells, False, lambda what, error: pytest.fail(str(error)))
    watched._watch_steps(SimpleNamespace(), ledger)
    assert ledger.take(lambda data: "") == (None, [])
    stream = ledger.open_pass("torch.DataLoader", ledger)
    ledger.batch(stream, [1, 2], lambda value, fetch: None)
    line, unseen = ledger.take(lambda data: "digest")
    assert line["streams"][0]["batches"] == 1
    assert unseen == ["steps of optimizers: this version of torch has no hook for them"]
