"""Attributes of modules, as one cell leaves them to the next."""

import ast
import math
import os
import sys

from reprise_agent.tracking.modules import ModuleAttributes


def users_module(tmp_path, monkeypatch, name, text):
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = __import__(name)
    monkeypatch.setitem(sys.modules, name, module)
    return module


def test_of_the_users_modules_every_value_counts_and_no_code(tmp_path, monkeypatch):
    module = users_module(tmp_path, monkeypatch, "kept_conf", "rate = 1\nwords = ['a']\ndef f(): pass\nclass C: pass")
    modules = ModuleAttributes()
    before = modules.texts()["module kept_conf"]
    assert ("rate" in before, "words" in before, "'f'" in before, "'C'" in before) == (True, True, False, False)
    module.words.append("b")
    assert modules.texts()["module kept_conf"] != before
    module.words.pop()
    assert modules.texts()["module kept_conf"] == before
    module.thing = object()
    assert modules.texts()["module kept_conf"] != before


def test_of_other_modules_what_cells_set(monkeypatch):
    modules = ModuleAttributes()
    assert "module math" not in modules.texts()
    monkeypatch.setattr(math, "q", 1, raising=False)
    modules.note([ast.parse("math.q = 1"), ast.parse("other.q = 2; x[0].y = 3")], {"math": math, "other": object()})
    first = modules.texts()
    assert first["module math"] == "[('q', '1')]"
    assert ("module math", "math") in list(modules.keys())
    assert not [key for key, package in modules.keys() if package == "reprise_agent"]
    monkeypatch.setattr(math, "q", 2)
    assert modules.texts() != first


def test_of_modules_within_modules_too(monkeypatch):
    modules = ModuleAttributes()
    modules.note([ast.parse("os.path.mark = 1\nsetattr(os, 'mark', 2)")], {"os": os})
    assert {module for module, _ in modules._set} == {os.path.__name__, "os"}
