"""Code of users that goes on as it would without Reprise, and whose record is whole."""

import pytest


def faults(ran):
    return [fault for cell in ran.cells for fault in cell["faults"]]


def test_a_class_whose_methods_say_super_is_read_whole(run):
    made = "class Model:\n    def __init__(self):\n        super().__init__()\n        self.rate = 1\n"
    ran = run(made, "model = Model(); print(model.rate)")
    assert ran.text(1) == "1\n"
    assert faults(ran) == []


def test_no_attribute_of_an_object_that_is_called_is_asked_for(run):
    made = (
        "import random\n"
        "class Model(dict):\n"
        "    __getattr__ = dict.__getitem__\n"
        "    def __call__(self, x):\n"
        "        return x + random.random()\n"
        "model = Model(rate=1)"
    )
    ran = run(made, "print(model(1) > 1)", policy="close")
    assert ran.text(1) == "True\n"
    assert faults(ran) == []


def test_an_object_that_does_not_tell_its_class_draws_as_any_other(run):
    made = (
        "import random\n"
        "class Proxy:\n"
        "    @property\n"
        "    def __class__(self):\n"
        "        raise RuntimeError('outside of a context')\n"
        "    def draw(self):\n"
        "        return random.random()\n"
        "proxy = Proxy()"
    )
    ran = run(made, "print(proxy.draw() < 1)", policy="close")
    assert ran.text(1) == "True\n"
    assert faults(ran) == []


def test_torch_without_numpy_draws_and_is_seeded(run):
    pytest.importorskip("torch")
    hidden = "import sys, warnings\nwarnings.simplefilter('ignore')\nsys.modules['numpy'] = None\nimport torch"
    ran = run(hidden, "print(torch.rand(1).shape)", "torch.manual_seed(0)\nprint(torch.rand(1) < 1)", policy="close")
    assert [ran.text(1), ran.text(2)] == ["torch.Size([1])\n", "tensor([True])\n"]
    assert faults(ran) == []


def test_finders_of_the_old_protocol_are_left_to_python(run):
    made = "import sys\nclass Old:\n    def find_module(self, name, path=None):\n        return None\nsys.meta_path.append(Old())"
    # One that Reprise waits for, and that is in no environment of the tests.
    attempt = "try:\n    import polars\nexcept ImportError as error:\n    print(type(error).__name__)"
    assert run(made, attempt).text(1) in ("ModuleNotFoundError\n", "")
