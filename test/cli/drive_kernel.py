"""Drives an installed kernelspec as front ends do. Prints one JSON document.

`drive_kernel.py nbclient NAME NOTEBOOK` executes the notebook with nbclient and prints it with its outputs.
`drive_kernel.py cells NAME NOTEBOOK [asking] [thrice]` sends its cells by hand and prints what each said; `asking`: with
completion, inspection and silent requests between them; `thrice`: each three times in a row.
"""

from __future__ import annotations

import json
import os
import sys
from queue import Empty

QUESTIONS = (
    "np.random.", "random.", "noisy.", "noisy.va", "np.random.default_rng().", "scipy.st", "from scipy.st",
    "import sklearn.tre", "data['a'].", "%tim", "open('",
)  # fmt: skip


def main() -> None:
    how, name, path, *rest = sys.argv[1:]
    os.chdir(os.path.dirname(path))
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if how == "nbclient":
        print(json.dumps(execute(name, document)))
    else:
        times = 3 if "thrice" in rest else 1
        sources = [cell["source"] for cell in document["cells"] for _ in range(times)]
        print(json.dumps(drive(name, sources, "asking" in rest)))


def execute(name, document):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.from_dict(document)
    NotebookClient(notebook, kernel_name=name, resources={"metadata": {"path": os.getcwd()}}).execute()
    return notebook


def drive(name, sources, asking):
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name=name, startup_timeout=60)
    try:
        said = []
        for source in sources:
            said.append(run(client, source))
            if asking:
                ask(client)
        return said
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client, source):
    text = []

    def heard(message):
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            text.append(content["text"])
        elif message["msg_type"] == "error":
            text.append(content["evalue"])

    client.execute_interactive(source, output_hook=heard, timeout=60)
    return "".join(text)


def ask(client):
    requests = [client.kernel_info(), client.comm_info()]
    for question in QUESTIONS:
        requests.append(client.complete(question))
        requests.append(client.inspect(question.rstrip(".")))
    requests.append(client.inspect("noisy.value", detail_level=1))
    requests.append(client.execute("random.random(); np.random.rand()", silent=True))
    waiting = set(requests)
    while waiting:
        try:
            waiting.discard(client.get_shell_msg(timeout=60)["parent_header"].get("msg_id"))
        except Empty:
            raise SystemExit(f"{len(waiting)} requests were not answered")


main()
