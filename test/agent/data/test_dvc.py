"""Files that DVC tracks. The texts are as DVC 3.67 writes them."""

from __future__ import annotations

import pytest
from reprise_agent.data.dvc import tracked_in

RAW = "22a1a2931c8370d3aeedd7183606fd7f"
FOLDER = "b6b8b1c1a9c6a9a3f5e8a0c2d4f1e3a7.dir"
PREPARED = "153aad06d376b6595932470e459ef42a.dir"

SINGLE = f"""outs:
- md5: {RAW}
  size: 14445097
  hash: md5
  path: data.xml
"""
LOCK = f"""schema: '2.0'
stages:
  prepare:
    cmd: python src/prepare.py data/data.xml
    deps:
    - path: data/data.xml
      hash: md5
      md5: {RAW}
      size: 14445097
    params:
      params.yaml:
        prepare.seed: 20170428
    outs:
    - path: data/prepared
      hash: md5
      md5: {PREPARED}
      size: 8437363
      nfiles: 2
"""
VERSIONED = f"""outs:
- md5: {FOLDER}
  size: 3
  files:
  - relpath: a.txt
    md5: {RAW}
    cloud:
      storage:
        version_id: x
  path: 'images: all'
"""
IMPORTED = f"""wdir: ../store
deps:
- etag: '"abc"'
  path: https://me:SECRET@data.example/x.csv
outs:
- md5: {RAW}
  path: x.csv
"""


@pytest.mark.parametrize(
    "text, folder, found",
    [
        (SINGLE, "data", {"data/data.xml": RAW}),
        (LOCK, "", {"data/data.xml": RAW, "data/prepared": PREPARED}),
        (LOCK, "flow", {"flow/data/data.xml": RAW, "flow/data/prepared": PREPARED}),
        (VERSIONED, "", {"images: all": FOLDER}),
        (IMPORTED, "data", {"store/x.csv": RAW}),
        ("outs: [{md5: x, path: y}]", "", {}),
        ("outs:\n- md5: ../../etc\n  path: z\n", "", {}),
        ("\x00\ufffd: - :\n- -", "", {}),
    ],
)
def test_lists_of_dvc(text, folder, found):
    assert tracked_in(text, folder) == found


@pytest.fixture(scope="module")
def ran(module_run):
    root = module_run.root
    for folder in (".dvc", "data/prepared/deep", "images: all"):
        (root / folder).mkdir(parents=True)
    for name in ("data/data.xml", "data/prepared/deep/rows.csv", "images: all/a.txt", "own.txt"):
        (root / name).write_text(name)
    return module_run(
        "open('data/data.xml').read()",
        "open('data/prepared/deep/rows.csv').read(), open('images: all/a.txt').read(), open('own.txt').read()",
        "open('data/data.xml').read(); open('data/data.xml.dvc').read()",
        "open('images: all/a.txt', 'w').write('b')",
        files={"data/data.xml.dvc": SINGLE, "dvc.lock": LOCK, "images: all.dvc": VERSIONED},
    )


def test_a_file_has_the_md5_of_its_own_dvc_file(ran):
    assert ran.cells[0]["data"] == [{"kind": "dvc", "name": "data/data.xml", "version": {"md5": RAW}}]


def test_a_file_in_a_folder_has_that_of_the_folder(ran):
    assert sorted((entry["name"], entry["version"]["md5"]) for entry in ran.cells[1]["data"]) == [
        ("data/prepared", PREPARED),
        ("images: all", FOLDER),
    ]


def test_files_that_are_looked_into_for_this_are_no_reads_of_the_cell(ran):
    assert [file["path"] for file in ran.cells[0]["files"]] == ["data/data.xml"]


def test_what_a_cell_writes_is_no_version_that_it_read(ran):
    assert "data" not in ran.cells[3]
    assert [cell["faults"] for cell in ran.cells] == [[]] * 4
