"""The record of a JavaScript kernel's cell is whole: what is tracked of Python cells is left out, and no fault of ours."""

from __future__ import annotations

from pathlib import Path

from reprise_agent.config import from_document
from reprise_agent.javascript.recorder import JavaScriptRecorder


def test_a_cell_is_recorded_without_a_fault(tmp_path: Path) -> None:
    config = from_document(
        {
            "policy": "close",
            "settings": [],
            "seed": {"value": "7", "from": "option"},
            "root": str(tmp_path),
            "notebook": "a.ipynb",
            "run": "20260101-000000-aaaaaa",
            "runFolder": str(tmp_path / "run"),
            "javascript": {"language": "javascript", "kernel": "tslab", "argv": []},
        }
    )
    (tmp_path / "run").mkdir()
    (tmp_path / "objects").mkdir()
    recorder = JavaScriptRecorder(config, str(tmp_path / "run"), str(tmp_path / "objects"))
    recorder.install()
    lines = []
    for index, code in enumerate(["const drawn = Math.random()", "console.log(drawn)"]):
        recorder.states_are({"Math.random": f"{index:032x}"})
        recorder.begin(code, f"c{index}", index, f"m{index}", None)
        if index == 1:
            recorder.heard("m1", "stream", {"name": "stdout", "text": "0.5\n"})
        recorder.end()
        draw = {"source": "Math.random", "reach": "enforced", "count": 1, "line": 1}
        recorder.drew({"rng": {"Math.random": f"{index + 1:032x}"}, "draws": [draw] * (1 - index)})
        lines.append(recorder.finish({"status": "ok"}))
    recorder.close()
    assert [(line["faults"], line["notObserved"]) for line in lines] == [([], ["variables"])] * 2
    assert [line["outputs"]["count"] for line in lines] == [0, 1]
    assert lines[0]["entropy"][0]["source"] == "Math.random"
