"""How the kernel process ends."""

from __future__ import annotations

# A machine that is slow just when the kernel says that it has done what it was asked to.
LATE = """
import atexit, time
from ipykernel.kernelapp import IPKernelApp
app = IPKernelApp.instance()
kernel = type(app.kernel)
publish = kernel._publish_status_and_flush

def late(self, status, channel, *more):
    if channel == "control":
        time.sleep(0.3)
    publish(self, status, channel, *more)

kernel._publish_status_and_flush = late
atexit.register(lambda: open("answering", "w").write(str(app.control_thread.is_alive())))
"""


def test_a_kernel_that_ends_has_answered_before_its_outputs_stop(run):
    # What answers later waits for ever for the thread that sends outputs, and the kernel for both, until it is killed.
    ran = run(LATE)
    assert ran.record[-1]["status"] == "ok"
    assert (run.root / "answering").read_text() == "False"
