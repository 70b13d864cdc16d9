"""Found first on the path of a process that a notebook started, whichever Python that is. Gives way to the environment's own
file of this name."""

import json
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_AGENT = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))


def _leave_path(before):
    """Puts PYTHONPATH and `sys.path` to what they were without us, whatever was put around ours on the way here. `before`:
    what the variable was when we were added. Gives the program's own entries."""
    given = os.environ.get("PYTHONPATH", "")
    path = given.replace(_HERE + os.pathsep if before else _HERE, "")
    if path or before is not None:
        os.environ["PYTHONPATH"] = path
    else:
        os.environ.pop("PYTHONPATH", None)
    # An empty entry beside others is the working folder, and ours stands in its place.
    instead = [os.getcwd()] if path and not before and _HERE in given.split(os.pathsep) else []
    theirs = [os.path.abspath(each) for each in path.split(os.pathsep)] if path else []
    if _HERE in sys.path:
        at = sys.path.index(_HERE)
        after = [each for each in sys.path[at + 1 :] if each not in instead]
        sys.path[:] = sys.path[:at] + [each for each in instead if each not in sys.path[:at]] + after
    return theirs


def _begin(text, theirs):
    loaded, path = set(sys.modules), sys.path[:]
    # What we need of Python's own is not looked for among the program's modules.
    sys.path[:] = [each for each in path if each not in theirs or os.path.exists(os.path.join(each, "os.py"))]
    sys.path.append(_AGENT)
    try:
        from reprise_agent.children import program, unseen

        running = program.running()
        try:
            from reprise_agent.children.beginning import begin

            begin(text, running)
            unseen.hide_frames()
        finally:
            unseen.uncover(loaded, [running.folder()] + theirs)
    except Exception:
        pass  # what it draws is then not ours; the user's program must run
    finally:
        sys.path[:] = path + [_AGENT]


def _give_way():
    # Who imports this module looks for it where it is kept when it has run.
    this = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError as error:
        if getattr(error, "name", __name__) != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, this)


_told = os.environ.pop("REPRISE_CHILD", None)
_theirs = _leave_path(json.loads(_told)["path"] if _told else "")
if _told and sys.version_info >= (3, 9):
    _begin(_told, _theirs)
_give_way()
