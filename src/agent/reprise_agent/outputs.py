"""IOPub messages to nbformat outputs, and the digests of outputs. Used by the kernel (what was said) and by the
runner (what arrived): when the two digests differ, output was lost."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Optional

from .jcs import canonical_json

MESSAGES = frozenset(
    ("stream", "display_data", "execute_result", "error", "update_display_data", "clear_output")
)


class OutputArea:
    """The outputs of one cell as a front end would show them. Display ids are kept beside the outputs, not in them."""

    def __init__(self) -> None:
        self.outputs: List[Dict[str, Any]] = []
        self._display_ids: List[Optional[str]] = []
        self._clear_on_next = False

    def add(self, kind: str, content: Dict[str, Any]) -> None:
        if kind == "clear_output":
            if content.get("wait"):
                self._clear_on_next = True
            else:
                self._clear()
            return
        if self._clear_on_next:
            self._clear()
        if kind == "stream":
            self._add_stream(content["name"], content["text"])
            return
        display_id = (content.get("transient") or {}).get("display_id")
        if kind == "error":
            output = {key: content[key] for key in ("ename", "evalue", "traceback")}
        else:
            output = {"data": content["data"], "metadata": content.get("metadata") or {}}
            if kind == "execute_result":
                output["execution_count"] = content.get("execution_count")
        self.outputs.append({"output_type": kind, **output})
        self._display_ids.append(display_id)

    def update(self, content: Dict[str, Any]) -> bool:
        """Applies an update_display_data; true where this area shows that display."""
        wanted = (content.get("transient") or {}).get("display_id")
        shown = [i for i, display_id in enumerate(self._display_ids) if display_id and display_id == wanted]
        for i in shown:
            self.outputs[i]["data"] = content["data"]
            self.outputs[i]["metadata"] = content.get("metadata") or {}
        return bool(shown)

    def shows_displays(self) -> bool:
        return any(self._display_ids)

    def _add_stream(self, name: str, text: str) -> None:
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["_parts"].append(text)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "_parts": [text]})
            self._display_ids.append(None)

    def _clear(self) -> None:
        self.outputs.clear()
        self._display_ids.clear()
        self._clear_on_next = False

    def finished(self) -> List[Dict[str, Any]]:
        """nbformat 4 outputs, texts as single strings."""
        done = []
        for output in self.outputs:
            if "_parts" in output:
                output["_parts"] = ["".join(output["_parts"])]
                output = {"output_type": "stream", "name": output["name"], "text": output["_parts"][0]}
            done.append(output)
        return done


def raw_form(outputs: List[Dict[str, Any]], across_displays: bool = True) -> List[Dict[str, Any]]:
    """What is digested: see "Record lines" in docs/internals.md. `across_displays=False` gives the layout form, in
    which text is joined only between two displays."""
    form: List[Dict[str, Any]] = []
    open_streams: Dict[str, Dict[str, Any]] = {}
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            text = _joined(output["text"])
            stream = open_streams.get(output["name"])
            if stream is not None:
                stream["text"].append(text)
                continue
            stream = {"output_type": "stream", "name": output["name"], "text": [text]}
            open_streams[output["name"]] = stream
            form.append(stream)
            continue
        if not across_displays:
            open_streams = {}
        if kind == "error":
            form.append(
                {"output_type": kind, **{key: output[key] for key in ("ename", "evalue", "traceback")}}
            )
        else:
            form.append({"output_type": kind, "data": _data(output["data"])})
    return [{**item, "text": "".join(item["text"])} if "text" in item else item for item in form]


def digest_form(form: List[Dict[str, Any]]) -> "tuple[str, bytes]":
    data = canonical_json(form)
    return hashlib.sha256(data).hexdigest(), data


def _data(data: Dict[str, Any]) -> Dict[str, Any]:
    return {mime: value if _is_json(mime) else _joined(value) for mime, value in data.items()}


def _is_json(mime: str) -> bool:
    return mime == "application/json" or mime.endswith("+json")


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value
