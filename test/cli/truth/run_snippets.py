"""Runs each snippet of a JSON list on stdin in a process of its own, and prints a digest of its `result` for each.

Arguments: modules to import before, once for all.
"""

import hashlib
import importlib
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")


def digest(code: str) -> str:
    space: dict = {"__name__": "__main__"}
    exec(compile(code, "<snippet>", "exec"), space)
    return hashlib.sha256(repr(space["result"]).encode()).hexdigest()


def run(code: str) -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = digest(code)
        except BaseException as error:
            said = f"error {type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read().decode()
    os.waitpid(child, 0)
    return said


if __name__ == "__main__":
    # What every snippet would import; a fork then has it already.
    for module in sys.argv[1:]:
        importlib.import_module(module)
    print(json.dumps([run(code) for code in json.load(sys.stdin)]))
