"""Found first on the path of a process that a notebook started, whichever Python that is. Gives way to the environment's own
file of this name."""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_AGENT = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))


def _give_way():
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != _HERE]
    ours = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    theirs = [each for each in ours if os.path.abspath(each) != _HERE]
    if theirs:
        os.environ["PYTHONPATH"] = os.pathsep.join(theirs)
    else:
        os.environ.pop("PYTHONPATH", None)
    # Who imports this module looks for it where it is kept when it has run.
    this = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError as error:
        if getattr(error, "name", __name__) != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, this)


def _begin():
    told = os.environ.pop("REPRISE_CHILD", None)
    if told is None or sys.version_info < (3, 9):
        return
    sys.path.append(_AGENT)
    try:
        from reprise_agent.children.beginning import begin

        begin(told)
    except Exception:
        pass  # what it draws is then not ours; the user's program must run


_begin()
_give_way()
