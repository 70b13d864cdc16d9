"""Kernels of which nothing can be recorded are plain kernels."""

import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from table import AGENT

ENTRY = f"import sys\nsys.path.insert(0, {str(AGENT.parent)!r})\nfrom reprise_agent.__main__ import main\nsys.exit(main())\n"


def test_a_kernel_that_cannot_record_runs_its_cells_as_any_other(tmp_path):
    (tmp_path / ".git").touch()
    # A file where the folder of the records should be.
    (tmp_path / ".reprise").touch()
    entry = tmp_path / "entry.py"
    entry.write_text(ENTRY)
    manager = KernelManager()
    argv = [sys.executable, str(entry), "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv, display_name="Reprise", language="python")
    manager.start_kernel(cwd=str(tmp_path))
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        told = []

        def run(code):
            reply = client.execute_interactive(
                code, timeout=30, output_hook=lambda message: told.append(message)
            )
            assert reply["content"]["status"] == "ok", reply

        run("import random; first = random.random()")
        run("print(random.random() != first)")
        assert client.complete("ran", reply=True, timeout=30)["content"]["status"] == "ok"
        texts = [each["content"]["text"] for each in told if each["msg_type"] == "stream"]
        assert "True\n" in texts
        client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
