"""`agent.pyz -f CONNECTION` is a kernel, `agent.pyz run BUNDLE` the headless runner, `agent.pyz pod IN WORK` that
in a container, `agent.pyz fetch IN WORK [SECRET]` what fetches its bundle from git before it, `agent.pyz receive IN WORK
[OFFSET SIZE SHA256]` what brings its bundle there, `agent.pyz serve` the local server, `agent.pyz probe [ROOT]` the
fingerprint."""

from __future__ import annotations

import json
import sys


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "run":
        from .runner.main import run_bundle

        return run_bundle(sys.argv[2])
    if command == "pod":
        from .pod.main import pod

        return pod(sys.argv[2], sys.argv[3])
    if command == "fetch":
        from .pod.fetching import fetch

        return fetch(*sys.argv[2:5])
    if command == "receive":
        from .pod.receiving import receive

        return receive(sys.argv[2], sys.argv[3], sys.argv[4:])
    if command == "serve":
        from .server.main import serve

        return serve()
    if command == "probe":
        from .fingerprint import fingerprint

        root = sys.argv[2] if len(sys.argv) > 2 else None
        print(json.dumps(fingerprint(root=root), sort_keys=True))
        return 0
    # Before ipykernel is imported: the process may have to start itself again for its hash seed.
    from .config import take_from_environment

    config = take_from_environment()
    from .app import serve_kernel

    return serve_kernel(sys.argv[1:], config)


if __name__ == "__main__":
    sys.exit(main())
