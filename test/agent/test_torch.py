"""What a user of torch sees of `close` and `full`; skipped where torch is not installed."""

from importlib.metadata import version
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="optional: torch is not installed")

WORKERS = """\
import random, numpy as np, torch
class Draws(torch.utils.data.Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, index):
        return torch.tensor([random.random(), np.random.rand(), np.random.default_rng().random(), float(torch.rand(()))])
for epoch in range(2):
    rows = torch.cat(list(torch.utils.data.DataLoader(Draws(), batch_size=2, shuffle=True, num_workers=2)))
    print(rows.tolist(), len(torch.unique(rows)))
"""
SETTINGS = """\
import sys, torch
print(torch.get_deterministic_debug_mode(), torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark)
# torch before 2.1 fills nothing.
filling = getattr(torch.utils, "deterministic", None)
print("torch._inductor" in sys.modules, getattr(filling, "fill_uninitialized_memory", True))
"""
UNDETERMINED = """\
import torch
x = torch.zeros(4)
x.put_(torch.tensor([1]), torch.tensor([1.0]))
"""
ATTENTION = """\
import torch
import torch.nn.functional as F
modes = []
query = torch.randn(1, 2, 8, 16, requires_grad=True)
attended = F.scaled_dot_product_attention(query, query, query)
attended.grad_fn.register_prehook(lambda gradients: modes.append(torch.get_deterministic_debug_mode()))
attended.transpose(1, 2).sum().backward()
print(modes, torch.get_deterministic_debug_mode(), query.grad.shape)
layer = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
layer(torch.randn(2, 8, 16)).sum().backward()
"""
FAILED = """\
import torch
import torch.nn.functional as F
class Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, gradient):
        raise MemoryError
query = torch.randn(1, 2, 8, 16, requires_grad=True)
attended = F.scaled_dot_product_attention(Fails.apply(query), query, query)
attended.grad_fn.register_prehook(lambda gradients: 1 / 0)
try:
    attended.sum().backward()
except ZeroDivisionError:
    print("failed")
F.scaled_dot_product_attention(query, query, query)
print(torch.get_deterministic_debug_mode())
"""


@pytest.mark.parametrize("policy", ["close", "full"])
def test_workers_of_a_data_loader_repeat_and_differ_from_one_another(run, policy):
    first, again = (run(WORKERS, policy=policy) for _ in range(2))
    assert first.cells[0]["status"] == "ok"
    assert first.text(0) == again.text(0)
    epochs = first.text(0).splitlines()
    assert epochs[0] != epochs[1]
    assert all(epoch.endswith(" 32") for epoch in epochs), "no two draws are alike"


fused_attention = pytest.mark.skipif(
    find_spec("torch") is not None and version("torch") < "2",
    reason="optional: torch before 2.0 has no fused attention",
)
RESEEDED = "import torch\ntorch.seed()\nprint(torch.rand(2).tolist())"


def test_a_reseeding_from_the_operating_system_is_enforced_or_told_of(run):
    first, again, other = (run(RESEEDED, policy="close", seed=seed) for seed in ("a1", "a1", "b2"))
    assert first.text(0) == again.text(0) != other.text(0)
    entry = {"source": "torch.seed", "count": 1, "at": {"cell": 0, "line": 2}}
    assert {**entry, "reach": "enforced"} in first.cells[0]["entropy"]
    observed = [run(RESEEDED, policy="observe") for _ in range(2)]
    assert observed[0].text(0) != observed[1].text(0)
    assert {**entry, "reach": "unreached"} in observed[0].cells[0]["entropy"]
    assert "torch.Generator.seed" not in {use["source"] for use in observed[0].cells[0]["entropy"]}


GENERATORS = """\
import torch
own = torch.Generator()
given = own.seed()
print(given == own.initial_seed() == torch.Generator().manual_seed(given).initial_seed())
print(torch.rand(2, generator=own).tolist())
torch.default_generator.seed()
print(torch.rand(2).tolist())
"""


def test_so_is_one_of_a_single_generator(run):
    first, again, other = (run(GENERATORS, policy="close", seed=seed) for seed in ("a1", "a1", "b2"))
    assert first.cells[0]["faults"] == [] and first.text(0).startswith("True\n")
    assert first.text(0) == again.text(0)
    assert all(one != two for one, two in zip(first.text(0).split("\n")[1:3], other.text(0).split("\n")[1:3]))
    entries = [
        {"source": "torch.Generator.seed", "count": 1, "at": {"cell": 0, "line": line}} for line in (3, 6)
    ]
    assert [use for use in first.cells[0]["entropy"] if use["source"] == "torch.Generator.seed"] == [
        {**entry, "reach": "enforced"} for entry in entries
    ]
    observed = [run(GENERATORS, policy="observe") for _ in range(2)]
    assert observed[0].text(0) != observed[1].text(0)
    assert all({**entry, "reach": "unreached"} in observed[0].cells[0]["entropy"] for entry in entries)


def test_full_sets_torch_up_at_import_without_its_compiler(run):
    ran = run("import torch.nn as nn", SETTINGS, policy="full")
    assert ran.text(1).splitlines() == ["1 True False", "False True"]
    assert run(SETTINGS, policy="close").text(0).splitlines()[0] == "0 False False"
    assert ran.cells[1]["faults"] == []


def test_an_operation_without_a_deterministic_form_warns_and_raises_under_strict(run):
    ran = run("pass", UNDETERMINED, policy="full")
    assert ran.cells[1]["operations"] == [{"op": "put_", "at": {"cell": 1, "line": 3}}]
    strict = run(UNDETERMINED, policy="full", agent={"strict": True})
    assert strict.cells[0]["error"]["ename"] == "RuntimeError"


@fused_attention
def test_attention_runs_in_error_mode_and_leaves_it(run):
    ran = run(ATTENTION, policy="full")
    assert ran.text(0).splitlines() == ["[2] 1 torch.Size([1, 2, 8, 16])"]
    assert ran.cells[0]["operations"] == []
    assert run(ATTENTION, policy="close").text(0).startswith("[0] 0 ")


@fused_attention
def test_the_mode_is_left_after_a_backward_pass_that_failed(run):
    assert run(FAILED, policy="full").text(0).splitlines() == ["failed", "1"]


UNDOING = {
    "with torch.backends.cudnn.flags(enabled=True, benchmark=True, deterministic=True): pass": (
        "torch.backends.cudnn.benchmark = True"
    ),
    "torch.backends.cudnn.benchmark = True": "torch.backends.cudnn.benchmark = True",
    "torch.backends.cudnn.deterministic = False": "torch.backends.cudnn.deterministic = False",
    "torch.use_deterministic_algorithms(False)": "torch.use_deterministic_algorithms(False)",
    "torch.set_deterministic_debug_mode(0)": "torch.use_deterministic_algorithms(False)",
}
HARMLESS = """\
torch.use_deterministic_algorithms(True)
torch.set_deterministic_debug_mode("warn")
torch.backends.cudnn.benchmark = False
torch.backends.cudnn.deterministic = True
torch.backends.cuda.matmul.allow_tf32 = True
with torch.backends.cudnn.flags(enabled=False):
    pass
"""
AS_SET = """\
print(torch.get_deterministic_debug_mode(), torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark)
"""


def test_calls_that_undo_full_are_recorded_at_their_line(run):
    ran = run("import torch", *UNDOING, AS_SET, policy="full")
    for number, setting in enumerate(UNDOING.values(), 1):
        assert ran.cells[number]["operations"] == [
            {"op": setting, "lasting": True, "at": {"cell": number, "line": 1}}
        ]
    assert ran.text(len(UNDOING) + 1) == "0 False True\n"
    assert run("import torch", *UNDOING, policy="close").cells[1]["operations"] == []


def test_under_strict_they_have_no_effect_and_say_so(run):
    ran = run("import torch", *UNDOING, AS_SET, policy="full", agent={"strict": True})
    assert ran.text(len(UNDOING) + 1) == "2 True False\n"
    for number, setting in enumerate(UNDOING.values(), 1):
        line = ran.cells[number]
        assert line["status"] == "ok"
        assert line["operations"] == []
        message = f"{setting} has no effect: this run is strict (policy full)"
        assert line["warnings"] == [{"category": "UserWarning", "message": message, "line": 1}]


def test_calls_that_leave_full_as_it_is_are_no_matter(run):
    assert run("import torch", HARMLESS, policy="full").cells[1]["operations"] == []
