"""The text of a function's definition. Unlike `inspect.getsource`, it does not go through all modules that are loaded (a
quarter of a second with scikit-learn) to find the one that it does not need."""

from __future__ import annotations

import inspect
import linecache
import textwrap
import tokenize
from types import CodeType


def source_text(code: CodeType) -> str:
    """Without its indentation.

    :raises OSError: where the text is not there, or has no such line.
    """
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename)[max(code.co_firstlineno - 1, 0) :]
    if not lines:
        raise OSError("no source")
    try:
        return textwrap.dedent("".join(inspect.getblock(lines)))
    except (tokenize.TokenError, SyntaxError) as error:
        raise OSError("no whole definition") from error
