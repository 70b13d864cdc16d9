"""Markers behind the outputs of a JavaScript kernel: waited for, and never seen as an output."""

from __future__ import annotations

from typing import Any, Dict

from reprise_agent.javascript.child import Markers


def stream(text: str) -> Dict[str, Any]:
    return {"name": "stdout", "text": text}


def display(text: str) -> Dict[str, Any]:
    return {"data": {"text/plain": text}, "metadata": {}, "transient": {}}


def test_each_way_of_the_outputs_brings_its_marker() -> None:
    markers = Markers()
    marker = markers.begin()
    assert markers.without("stream", stream(marker + "\n")) is None
    assert markers.pending == {"display_data"}
    assert markers.without("display_data", display(marker)) is None
    assert not markers.pending


def test_what_stands_beside_a_marker_in_one_message_is_kept() -> None:
    markers = Markers()
    marker = markers.begin()
    assert markers.without("stream", stream(f"no newline{marker}\nlate\n")) == stream("no newlinelate\n")
    assert markers.pending == {"display_data"}


def test_one_that_comes_after_it_was_given_up_is_hidden_and_ends_nothing() -> None:
    markers = Markers()
    late = markers.begin()
    markers.begin()
    assert markers.without("stream", stream(late + "\n")) is None
    assert markers.without("display_data", display(late)) is None
    assert markers.pending == {"stream", "display_data"}


def test_other_outputs_are_left_as_they_are() -> None:
    markers = Markers()
    markers.begin()
    for kind, content in [
        ("stream", stream("reprise-1\n")),
        ("display_data", display("reprise-1")),
        ("display_data", {"data": {"image/png": "AAAA"}, "metadata": {}}),
        ("execute_result", display("1")),
        ("error", {"ename": "Error", "evalue": "", "traceback": []}),
    ]:
        assert markers.without(kind, content) is content
