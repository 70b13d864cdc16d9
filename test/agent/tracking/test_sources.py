import functools
import inspect
import os
import textwrap

import pytest
from reprise_agent.tracking.files import _real_paths
from reprise_agent.tracking.sources import source_text


def plain(a):
    return a + 1


@functools.lru_cache(
    maxsize=None,
)
def decorated(
    a=(1, 2),
):
    """Text.

    more
    """

    def inner():
        return [x for x in a]

    return inner


class Holder:
    def method(self):
        if self:
            return 1
        return 2  # the end


async def waiting():
    return 1


@pytest.mark.parametrize(
    "function", [plain, decorated.__wrapped__, decorated(), Holder.method, waiting, lambda: (1, 2)]
)
def test_the_text_is_what_inspect_finds(function):
    assert source_text(function.__code__) == textwrap.dedent(inspect.getsource(function))


def test_code_without_a_file_has_no_text():
    made = {}
    exec("def made(): return 1", made)
    with pytest.raises(OSError):
        source_text(made["made"].__code__)


def test_a_path_leads_where_realpath_says(tmp_path):
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "deep" / "a.py").write_text("")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "again").symlink_to("deep")
    (tmp_path / "real" / "file.py").symlink_to("again/a.py")
    real = _real_paths()
    for path in ("folder/deep/a.py", "folder/again/a.py", "folder/file.py", "real/gone.py", "folder/gone/b.py"):
        assert real(str(tmp_path / path)) == os.path.realpath(tmp_path / path)
    assert real("/") == "/"
