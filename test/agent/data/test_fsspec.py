"""Files opened through fsspec, from a real server and from memory."""

from __future__ import annotations

import hashlib

import pytest

pytest.importorskip("fsspec", reason="optional: there is no fsspec in this environment")
pytest.importorskip("aiohttp", reason="optional: there is no aiohttp in this environment")

from test_http import DATA, site  # noqa: E402, F401


@pytest.fixture(scope="module")
def ran(module_run, site):  # noqa: F811
    return module_run(
        "import fsspec, pandas as pd",
        f"with fsspec.open('http://{site}/data.csv?token=SECRET', 'rt') as file:\n    print(file.read())",
        f"with fsspec.open('http://{site}/plain') as file:\n    print(file.read())",
        "with fsspec.open('memory://made.csv', 'w') as file:\n    file.write('a,b\\n1,2\\n')",
        "pd.read_csv('memory://made.csv').shape",
        "open('local.txt', 'w').write('x')\nwith fsspec.open('local.txt') as file:\n    file.read()",
        f"with fsspec.open('simplecache::http://{site}/data.csv', simplecache={{'cache_storage': 'kept'}}) as file:\n"
        "    print(file.read())",
        f"fsspec.open('http://{site}/gone').open()",
        policy="observe",
        allowErrors=True,
    )


def test_an_address_has_the_version_that_its_server_says(ran, site):  # noqa: F811
    name = f"http://{site}/data.csv"
    assert ran.text(1).strip() == "a,b\n1,2"
    assert ran.cells[1]["data"] == [{"kind": "url", "name": name, "version": DATA}]
    assert ran.cells[2]["data"] == [{"kind": "url", "name": f"http://{site}/plain", "version": {"size": "8"}}]


def test_what_is_in_memory_the_run_has_made(ran):
    assert "data" not in ran.cells[3]
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert ran.cells[4]["data"] == [
        {
            "kind": "url",
            "name": "memory:///made.csv",
            "version": {"size": "8", "sha256": digest},
            "own": True,
        }
    ]


def test_local_files_are_files_and_no_data_from_elsewhere(ran):
    assert "data" not in ran.cells[5]
    assert "local.txt" in [file["path"] for file in ran.cells[5]["files"]]


def test_what_a_cache_serves_has_no_version(ran, site):  # noqa: F811
    assert ran.text(6).strip() == r"b'a,b\n1,2\n'"
    assert ran.cells[6]["data"] == [{"kind": "url", "name": f"http://{site}/data.csv", "version": {}}]


def test_what_fails_fails_as_it_would(ran):
    assert "data" not in ran.cells[7]
    [output] = ran.executed["cells"][7]["outputs"]
    assert output["ename"] == "FileNotFoundError"
    assert "reprise_agent" not in str(output)


def test_no_secret_is_recorded_and_no_cell_has_a_fault(ran):
    assert "SECRET" not in str([cell.get("data") for cell in ran.cells])
    assert [cell["faults"] for cell in ran.cells] == [[]] * len(ran.cells)


@pytest.mark.parametrize(
    "info, version",
    [
        ({"ETag": '"a1"', "VersionId": "null", "size": 3}, {"etag": '"a1"'}),
        (
            {"generation": 17, "md5Hash": "x==", "updated": "2026"},
            {"generation": "17", "md5": "x==", "modified": "2026"},
        ),
        ({"blob_id": "b1", "size": 2}, {"blob": "b1"}),
        ({"size": 2}, {"size": 2}),
        ({}, {}),
    ],
)
def test_file_systems_have_names_of_their_own_for_versions(info, version):
    from reprise_agent.data.fsspec import versions

    assert {field: text for field, text in versions(info).items() if text is not None} == version


def test_a_name_has_no_user_or_password():
    import fsspec
    from reprise_agent.data.fsspec import name_of

    web = fsspec.filesystem("https")
    assert (
        name_of(web, "https://me:SECRET@data.example/x.csv?sig=SECRET#part") == "https://data.example/x.csv"
    )
