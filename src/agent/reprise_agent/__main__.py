"""`agent.pyz -f CONNECTION` is a kernel, `agent.pyz run BUNDLE` the headless runner, `agent.pyz probe` the fingerprint."""

from __future__ import annotations

import json
import sys


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "run":
        from .runner.main import run_bundle

        return run_bundle(sys.argv[2])
    if command == "probe":
        from .fingerprint import fingerprint

        print(json.dumps(fingerprint(), sort_keys=True))
        return 0
    from .app import serve_kernel

    return serve_kernel(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
