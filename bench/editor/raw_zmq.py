"""Round trips of a cell from Python straight to the agent's kernel, without a server: `raw_zmq.py AGENT COUNT` prints milliseconds."""

from __future__ import annotations

import json
import sys
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

agent, count = sys.argv[1], int(sys.argv[2])
manager = KernelManager()
manager._kernel_spec = KernelSpec(
    argv=[sys.executable, agent, "-f", "{connection_file}"], display_name="", language="python"
)
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
times = []
for _ in range(count):
    begun = time.perf_counter()
    message = client.execute("pass")
    replied = idle = False
    while not (replied and idle):
        if not idle:
            heard = client.get_iopub_msg(timeout=10)
            ours = heard["parent_header"].get("msg_id") == message
            idle = ours and heard["content"].get("execution_state") == "idle"
        if idle and not replied:
            replied = client.get_shell_msg(timeout=10)["parent_header"].get("msg_id") == message
    times.append((time.perf_counter() - begun) * 1000)
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps(times))
