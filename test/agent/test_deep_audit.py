"""The deep audit: every operation of torch and TensorFlow with digests, and nothing else about the run changed."""

from importlib.util import find_spec

import pytest

TORCH = """\
import torch
torch.manual_seed(3)
net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Dropout(0.5), torch.nn.Linear(3, 1))
x = torch.randn(8, 4)
loss = (net(x) ** 2).mean()
loss.backward()
print(loss.item(), [p.grad.sum().item() for p in net.parameters()], torch.rand(2).tolist())
"""
SECOND = "y = x @ x.T\ny[0, 0] += SHIFT\nz = y.sum()\nprint(z.item())"
TENSORFLOW = """\
import tensorflow as tf
tf.random.set_seed(3)
a = tf.random.normal((4, 4))
b = tf.matmul(a, a)
@tf.function
def squared(x):
    return tf.reduce_sum(x * x)
print(float(squared(b)), float(tf.random.uniform(())))
"""


def operations(ran, index):
    digest = ran.cells[index]["audit"]["log"]
    text = (ran.folder.parents[1] / "objects" / digest).read_text()
    lines = [line.split(" ") for line in text.splitlines()]
    assert len(lines) == ran.cells[index]["audit"]["operations"]
    return lines


@pytest.mark.skipif(find_spec("torch") is None, reason="optional: torch is not installed")
def test_operations_of_torch_are_listed_with_digests_and_lines_and_change_nothing(run):
    plain = run(TORCH, SECOND.replace("SHIFT", "1.0"))
    deep = run(TORCH, SECOND.replace("SHIFT", "1.0"), agent={"audit": "deep"})
    assert deep.record[0]["audit"] == "deep" and "audit" not in plain.record[0]
    assert "audit" not in plain.cells[0]
    assert [cell["faults"] for cell in deep.cells] == [[], []]
    assert [deep.text(0), deep.text(1)] == [plain.text(0), plain.text(1)]
    # torch loads NumPy for its listeners, so that there is one generator more to tell of.
    states, heard = plain.cells[0]["rng"]["after"], deep.cells[0]["rng"]["after"]
    assert {name: heard[name] for name in states} == states
    found = operations(deep, 0)
    assert {line[3] for line in found if line[0] == "aten::addmm"} == {"5"}
    assert {line[3] for line in found if line[0] == "aten::mm"} == {"6"}, (
        "the backward pass, where it was asked for"
    )
    assert operations(run(TORCH, agent={"audit": "deep"}), 0) == found


FILLED = """\
import torch
def found(content):
    return torch.full((4,), content)
torch.manual_seed(3)
found(CONTENT).uniform_()
torch.add(torch.ones(4), 1, out=found(CONTENT))
"""


@pytest.mark.skipif(find_spec("torch") is None, reason="optional: torch is not installed")
def test_what_is_written_over_is_no_input(run):
    first, second = (run(FILLED.replace("CONTENT", each), agent={"audit": "deep"}) for each in ("1.0", "2.0"))
    one, other = ([line for line in operations(ran, 0) if line[0] != "aten::full"] for ran in (first, second))
    assert [line[0] for line in one] == ["aten::uniform_", "aten::ones", "aten::add"]
    assert one == other


@pytest.mark.skipif(find_spec("torch") is None, reason="optional: torch is not installed")
def test_the_first_operation_that_differs_has_the_same_inputs_as_before(run):
    first, second = (run(TORCH, SECOND.replace("SHIFT", shift), agent={"audit": "deep"}) for shift in "12")
    pairs = list(zip(operations(first, 1), operations(second, 1)))
    differing = [(a, b) for a, b in pairs if a != b]
    assert differing[0][0][0] == "aten::add_" and differing[0][0][3] == "2"
    assert differing[0][0][2] != differing[0][1][2]


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="optional: tensorflow is not installed")
def test_operations_of_tensorflow_are_listed_and_change_nothing(run):
    plain, deep = run(TENSORFLOW), run(TENSORFLOW, agent={"audit": "deep"})
    assert deep.cells[0]["faults"] == [] and deep.text(0) == plain.text(0)
    found = operations(deep, 0)
    assert [line[3] for line in found if line[0] == "tf::MatMul"] == ["4"]
    assert any("squared" in line[0] and line[3] == "8" for line in found), "a graph is one operation"
    assert operations(run(TENSORFLOW, agent={"audit": "deep"}), 0) == found
