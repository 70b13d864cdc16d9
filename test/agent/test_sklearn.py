"""What a user of scikit-learn sees of threads that add up in any order; skipped where it is not installed."""

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="optional: sklearn is not installed")

DIGESTS = """\
import hashlib, numpy as np
def show(*arrays):
    print(hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest())
x = np.random.RandomState(0).standard_normal((3000, 8)) + np.arange(3000)[:, None] % 5
"""
KMEANS = """\
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
for kind in (KMeans, MiniBatchKMeans, BisectingKMeans):
    model = kind(6, random_state=0, n_init=1).fit(x)
    show(model.cluster_centers_, model.inertia_)
"""
REST = """\
import inspect
from sklearn.ensemble import RandomForestRegressor
from sklearn.manifold import TSNE
# Renamed in scikit-learn 1.5.
steps = "max_iter" if "max_iter" in inspect.signature(TSNE).parameters else "n_iter"
model = TSNE(random_state=0, init="random", **{steps: 250}).fit(x[:200])
show(model.embedding_, model.kl_divergence_)
forest = RandomForestRegressor(30, n_jobs=8, random_state=0).fit(x[:200], x[:200, 0])
show(forest.predict(x))
"""
NAMED = [
    [
        ("sklearn.KMeans (threads)", 3),
        ("sklearn.MiniBatchKMeans (threads)", 3),
        ("sklearn.BisectingKMeans (threads)", 3),
    ],
    [("sklearn.TSNE (threads)", 6), ("sklearn.RandomForestRegressor (threads)", 9)],
]


@pytest.fixture
def threads(monkeypatch):
    def fixed(count):
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            monkeypatch.setenv(name, str(count))
        # Threads that wait for one another without pause would take minutes on few processors.
        monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")

    return fixed


def named(ran):
    return [[(each["op"], each["at"]["line"]) for each in cell["operations"]] for cell in ran.cells[1:]]


def test_full_gives_one_digest_on_many_threads_and_names_nothing(run, threads):
    threads(8)
    runs = [run(DIGESTS, KMEANS, REST, policy="full") for _ in range(5)]
    assert [ran.cells[-1]["status"] for ran in runs] == ["ok"] * 5
    assert len({ran.text(1) + ran.text(2) for ran in runs}) == 1
    assert all(named(ran) == [[], []] for ran in runs)
    assert runs[0].cells[1]["faults"] == []


@pytest.mark.parametrize("policy", ["observe", "close"])
def test_elsewhere_what_adds_up_in_any_order_is_named_at_its_line(run, threads, policy):
    threads(8)
    assert named(run(DIGESTS, KMEANS, REST, policy=policy)) == NAMED


VOTES = """\
from sklearn.ensemble import RandomForestClassifier
y = (x.sum(1) > 16).astype(int)
grown = RandomForestClassifier(9, n_jobs=2, random_state=0).fit(x, y).predict_proba(x)
stopped = RandomForestClassifier(9, n_jobs=2, max_depth=2, random_state=0).fit(x, y).predict_proba(x)
"""


def test_whole_votes_have_the_same_sum_in_any_order(run):
    assert named(run(DIGESTS, VOTES, policy="close")) == [[("sklearn.RandomForestClassifier (threads)", 4)]]


def test_two_threads_have_one_order(run, threads):
    threads(2)
    assert named(run(DIGESTS, KMEANS, "pass", policy="close")) == [[], []]


def test_a_version_that_asks_otherwise_is_named_where_full_cannot_reach_it(run):
    package = {
        "sklearn/__init__.py": "",
        "sklearn/cluster/__init__.py": "",
        "sklearn/cluster/_kmeans.py": "KMeans = 1",
    }
    (run.root / "sklearn" / "cluster").mkdir(parents=True)
    source = "import sys; sys.path.insert(0, '.')\nfrom sklearn.cluster._kmeans import KMeans"
    ran = run(source, policy="full", files=package)
    assert ran.cells[0]["operations"] == [
        {"op": "sklearn.cluster._kmeans (threads)", "at": {"cell": 0, "line": 2}}
    ]
    assert ran.cells[0]["faults"] == []
    assert run(source, policy="close").cells[0]["operations"] == []
