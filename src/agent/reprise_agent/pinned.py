"""An environment that was built from a pin takes no packages: a cell that asks for some is told so, and nothing is
run. Its `pip` would be that of another Python, which the shell finds next on its path."""

from __future__ import annotations

import ast
import os
import re
import sys
from importlib import metadata
from typing import Any, List, Tuple

# The last file that is written into an environment that Reprise builds.
INDEX = "reprise.json"
MAGIC = "reprise_pinned"

_INSTALL = re.compile(
    r"""(?:^|[;&|(]|\bsudo\s|\buv\s|\s-m\s)\s*(?:[^\s;&|]*/)?(?:pip[\d.]*|conda|mamba|micromamba)
    (?:\s+-[^\s;&|]+)*\s+install\b([^\n;&|]*)""",
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_TAKES_VALUE = re.compile(
    r"-[cirtfn]|--(index-url|extra-index-url|find-links|constraint|requirement|target|channel|name|prefix|file)"
)


def install(shell: Any) -> None:
    """Does nothing in an environment that is not one of Reprise's."""
    if not os.path.exists(os.path.join(sys.prefix, INDEX)):
        return
    shell.register_magic_function(_answer, "line", MAGIC)
    shell.ast_transformers.append(_Installs())


class _Installs(ast.NodeTransformer):
    """Sees the calls that IPython makes of `!`, `%` and automagic: a string that only looks like one of them stays."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        command = _command(node)
        if command is None or _INSTALL.search(command) is None:
            return node
        arguments: List[ast.expr] = [ast.Constant(MAGIC), ast.Constant(command)]
        asked = ast.Attribute(node.func.value, "run_line_magic", ast.Load())  # type: ignore[attr-defined]
        return ast.fix_missing_locations(ast.copy_location(ast.Call(asked, arguments, []), node))


def _command(node: ast.Call) -> "str | None":
    """What `get_ipython().system("…")` and its kin would run."""
    shell = node.func.value if isinstance(node.func, ast.Attribute) else None
    if not isinstance(shell, ast.Call) or not isinstance(shell.func, ast.Name):
        return None
    given = [each.value for each in node.args if isinstance(each, ast.Constant)]
    if shell.func.id != "get_ipython" or len(given) != len(node.args) or not all(map(_is_text, given)):
        return None
    if node.func.attr in ("system", "getoutput") and len(given) == 1:  # type: ignore[attr-defined]
        return given[0]
    if node.func.attr == "run_line_magic" and len(given) == 2:  # type: ignore[attr-defined]
        return " ".join(given)
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _answer(command: str) -> None:
    there, missing = _sorted(_packages(command))
    lines = [
        f"Not run: {command.strip()}",
        "The notebook runs in the environment that it is pinned to, which has no pip and is read-only.",
    ]
    if there:
        lines.append(f"In it already: {', '.join(there)}.")
    if missing:
        lines.append(f"Not in it: {', '.join(missing)}. Lock it with the others: Reprise: Add to Pin,")
        lines.append(f"or in a terminal: reprise pin NOTEBOOK --add {' '.join(missing)}")
    print("\n".join(lines), file=sys.stderr)


def _packages(command: str) -> List[str]:
    words = [word for found in _INSTALL.finditer(command) for word in found.group(1).split()]
    packages, skips = [], False
    for word in (each.strip("'\"") for each in words):
        if word.startswith("#"):
            break
        if not skips and not word.startswith("-") and _NAME.match(word):
            packages.append(word)
        skips = _TAKES_VALUE.fullmatch(word) is not None
    return packages


def _sorted(packages: List[str]) -> Tuple[List[str], List[str]]:
    there, missing = [], []
    for package in packages:
        name = _NAME.match(package).group()  # type: ignore[union-attr]
        try:
            there.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(package)
    return there, missing
