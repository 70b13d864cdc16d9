"""Which cell of the notebook a request is for."""

from __future__ import annotations

from typing import Dict, Optional

from .cells import cell_keys
from .record.header import read_document, source_of


class Identity:
    """Found by its text where the front end does not say (nbclient sends no cell id)."""

    def __init__(self, notebook: Optional[str]) -> None:
        document = read_document(notebook) if notebook else None
        cells = document["cells"] if document else []
        keys = cell_keys(document) if document else []
        self.keys = keys
        self._index = {key: index for index, key in enumerate(keys)}
        self._sources = [
            (index, key, source_of(cell))
            for index, (key, cell) in enumerate(zip(keys, cells))
            if cell.get("cell_type") == "code"
        ]
        self._next = 0
        self._unknown: Dict[str, int] = {}

    def find(self, code: str, cell_id: Optional[str], index: Optional[int]) -> "tuple[str, int]":
        if cell_id is not None:
            known = self._index.get(
                cell_id, self._unknown.setdefault(cell_id, len(self._index) + len(self._unknown))
            )
            return cell_id, known if index is None else index
        ordered = self._sources[self._next :] + self._sources[: self._next]
        for position, key, source in ordered:
            if source == code:
                self._next = next(i for i, entry in enumerate(self._sources) if entry[0] == position) + 1
                return key, position
        position = self._unknown.setdefault(code, len(self._index) + len(self._unknown))
        return f"cell-{position}", position
