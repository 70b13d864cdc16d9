"""Code of users that goes on as it would without Reprise, and whose record is whole."""

import pytest


def faults(ran):
    assert [cell["status"] for cell in ran.cells] == ["ok"] * len(ran.cells)
    return [fault for cell in ran.cells for fault in cell["faults"]]


def test_a_class_whose_methods_say_super_is_read_whole(run):
    made = "class Model:\n    def __init__(self):\n        super().__init__()\n        self.rate = 1\n"
    ran = run(made, "model = Model(); print(model.rate)")
    assert ran.text(1) == "1\n"
    assert faults(ran) == []


def test_no_attribute_of_an_object_that_is_called_is_asked_for(run):
    made = (
        "import random\n"
        "class Model(dict):\n"
        "    __getattr__ = dict.__getitem__\n"
        "    def __call__(self, x):\n"
        "        return x + random.random()\n"
        "model = Model(rate=1)"
    )
    ran = run(made, "print(model(1) > 1)", policy="close")
    assert ran.text(1) == "True\n"
    assert faults(ran) == []


def test_an_object_that_does_not_tell_its_class_draws_as_any_other(run):
    made = (
        "import random\n"
        "class Proxy:\n"
        "    @property\n"
        "    def __class__(self):\n"
        "        raise RuntimeError('outside of a context')\n"
        "    def draw(self):\n"
        "        return random.random()\n"
        "proxy = Proxy()"
    )
    ran = run(made, "print(proxy.draw() < 1)", policy="close")
    assert ran.text(1) == "True\n"
    assert faults(ran) == []


def test_torch_without_numpy_draws_and_is_seeded(run):
    pytest.importorskip("torch", reason="optional: torch is not installed")
    hidden = "import sys, warnings\nwarnings.simplefilter('ignore')\nsys.modules['numpy'] = None\nimport torch"
    ran = run(hidden, "print(torch.rand(1).shape)", "torch.manual_seed(0)\nprint(torch.rand(1) < 1)", policy="close")
    assert [ran.text(1), ran.text(2)] == ["torch.Size([1])\n", "tensor([True])\n"]
    assert faults(ran) == []


def test_finders_of_the_old_protocol_are_left_to_python(run):
    made = "import sys\nclass Old:\n    def find_module(self, name, path=None):\n        return None\nsys.meta_path.append(Old())"
    # One that Reprise waits for, and that is in no environment of the tests.
    attempt = "try:\n    import polars\nexcept ImportError as error:\n    print(type(error).__name__)"
    ran = run(made, attempt)
    assert ran.text(1) in ("ModuleNotFoundError\n", "")
    assert faults(ran) == []


def test_what_stands_for_a_builtin_is_no_method_of_a_class(run):
    module = (
        "class Reader:\n"
        "    opener = open\n"
        "    def read(self, path):\n"
        "        with self.opener(path, 'w') as file:\n"
        "            file.write('text')\n"
        "        with self.opener(path) as file:\n"
        "            return file.read()\n"
    )
    write = f"import pathlib, sys\npathlib.Path('reading.py').write_text({module!r})\nsys.path.insert(0, '.')"
    read = "import reading\nprint(reading.Reader().read('a.txt'))"
    remove = "import os\nclass Ends:\n    remove, draw = os.remove, os.urandom\nEnds().remove('a.txt')\nprint(len(Ends().draw(4)))"
    threads = (
        "import random\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(1) as threads:\n    threads.submit(random.random).result()\n"
        "class Model:\n    draw = random.random\n"
        "print(Model().draw() < 1)"
    )
    ran = run(write, read, remove, threads, policy="close")
    assert [ran.text(index) for index in (1, 2, 3)] == ["text\n", "4\n", "True\n"]


def test_what_stands_for_a_builtin_is_pickled_by_its_name_and_shown_as_it_was(run):
    ran = run("import os, pickle", "print(pickle.loads(pickle.dumps(os.urandom)) is os.urandom, os.remove)")
    assert ran.text(1) == "True <built-in function remove>\n"


def test_attention_is_scripted_and_traced_as_without_us(run):
    pytest.importorskip("torch", reason="optional: torch is not installed")
    made = (
        "import torch, warnings\nwarnings.simplefilter('ignore')\n"
        "class Attention(torch.nn.Module):\n"
        "    def forward(self, q):\n"
        "        return torch.nn.functional.scaled_dot_product_attention(q, q, q)\n"
        "query = torch.rand(1, 1, 2, 4)"
    )
    if_there = "scripted = torch.jit.script(Attention())(query) if hasattr(torch.jit, 'script') else query"
    traced = "print(tuple(torch.fx.symbolic_trace(Attention())(query).shape))"
    ran = run(made, f"{if_there}\nprint(tuple(scripted.shape))", traced, policy="full")
    assert [ran.text(1), ran.text(2)] == ["(1, 1, 2, 4)\n"] * 2


def test_a_task_that_imports_torch_itself_draws_from_its_own_stream(run):
    pytest.importorskip("torch", reason="optional: torch is not installed")
    pytest.importorskip("joblib", reason="optional: joblib is not installed")
    cell = (
        "from joblib import Parallel, delayed\n"
        "def task(i):\n"
        "    import torch\n"
        "    return torch.rand(1).item()\n"
        "print(Parallel(n_jobs=2)(delayed(task)(i) for i in range(4)))"
    )
    first, second = (run(cell, policy="close", seed="a1").text(0) for _ in range(2))
    assert first == second != ""


def test_a_child_forked_while_threads_draw_does_not_wait_for_their_locks(run):
    pytest.importorskip("numpy", reason="optional: numpy is not installed")
    cell = (
        "import functools, os, signal, threading, time, warnings\nimport numpy as np, numpy.random\n"
        "warnings.simplefilter('ignore')\nstop = []\n"
        "def draw():\n    while not stop:\n        np.random.default_rng()\n"
        "threads = [threading.Thread(target=functools.partial(draw)) for _ in range(3)]\n"
        "for thread in threads:\n    thread.start()\n"
        "def ends():\n"
        "    child = os.fork()\n"
        "    if child == 0:\n        np.random.default_rng()\n        os._exit(0)\n"
        "    for _ in range(300):\n"
        "        if os.waitpid(child, os.WNOHANG)[0]:\n            return True\n"
        "        time.sleep(0.01)\n"
        "    os.kill(child, signal.SIGKILL)\n    os.waitpid(child, 0)\n    return False\n"
        "ended = sum(ends() for _ in range(20))\nstop.append(True)\nprint(ended)"
    )
    assert run(cell, policy="close").text(0) == "20\n"


def test_a_forked_process_notes_no_files(run):
    cell = (
        "import builtins, io, os, posix, _io\n"
        "def plain():\n"
        "    return builtins.open is io.open is _io.open and all(getattr(os, name) is getattr(posix, name) for name in ('open', 'remove', 'rename'))\n"
        "ends = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.write(ends[1], str(plain()).encode())\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(os.read(ends[0], 9).decode(), plain())"
    )
    assert run("import warnings\nwarnings.simplefilter('ignore')", cell).text(1) == "True False\n"


def test_numpy_random_half_imported_by_another_thread_is_not_read(run):
    half = "import random, sys, types\nsys.modules['numpy.random'] = types.ModuleType('numpy.random')\nprint(random.random() < 1)"
    ran = run(half, "del sys.modules['numpy.random']", policy="close")
    assert ran.text(0) == "True\n"
    assert [fault for fault in faults(ran) if not fault.startswith("seeding")] == []


def test_what_libraries_draw_in_threads_is_the_tasks_own(run):
    pytest.importorskip("numpy", reason="optional: numpy is not installed")
    cell = (
        "import threading, numpy as np\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "turn = {number: threading.Event() for number in range(4)}\n"
        "def task(number):\n"
        "    turn[number].wait()\n"
        "    return np.random.mtrand._rand.rand(), np.random.sample()\n"
        "with ThreadPoolExecutor(4) as threads:\n"
        "    work = [threads.submit(task, number) for number in range(4)]\n"
        "    for number in %s:\n"
        "        turn[number].set()\n"
        "        work[number].result()\n"
        "print([each.result() for each in work], np.random.rand())"
    )
    texts = [run(cell % order, policy="close", seed="a1").text(0) for order in ("range(4)", "(3, 1, 0, 2)")]
    assert texts[0] == texts[1] != ""


@pytest.mark.parametrize("started", ["Own(number)", "threading.Thread(target=functools.partial(task, number))"])
def test_a_thread_draws_by_its_number_however_it_is_made(run, started):
    pytest.importorskip("numpy", reason="optional: numpy is not installed")
    cell = (
        "import functools, random, threading, numpy as np\n"
        "turn, drawn = {number: threading.Event() for number in range(3)}, {}\n"
        "def task(number):\n"
        "    turn[number].wait()\n"
        "    drawn[number] = np.random.default_rng().random(), random.random()\n"
        "class Own(threading.Thread):\n"
        "    def __init__(self, number):\n"
        "        super().__init__()\n"
        "        self.number = number\n"
        "    def run(self):\n"
        "        task(self.number)\n"
        f"work = [{started} for number in range(3)]\n"
        "for each in work: each.start()\n"
        "for number in %s:\n"
        "    turn[number].set()\n"
        "    work[number].join()\n"
        "print(sorted(drawn.items()))"
    )
    texts = [run(cell % order, policy="close", seed="a1").text(0) for order in ("range(3)", "(2, 0, 1)")]
    assert texts[0] == texts[1] != ""


def test_what_draws_between_cells_draws_what_it_would_where_nothing_is_enforced(run):
    later = (
        "import asyncio, random, time\n"
        "drawn = []\n"
        "asyncio.get_event_loop().call_later(0.05, lambda: drawn.append(random.random()))"
    )
    ran = run(later, "time.sleep(0.2)", "drawn.append(random.random())", "print(len(drawn), len(set(drawn)))", policy="observe")
    assert ran.text(3) == "2 2\n"
    assert faults(ran) == []
