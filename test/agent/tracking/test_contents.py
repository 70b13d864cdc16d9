"""Saved models and tables by what they hold: each made twice with other bytes, and once with the smallest change."""

from __future__ import annotations

import json
import os
import pathlib
import struct
import subprocess
import sys
import time
import zipfile
from importlib.util import find_spec

import pytest
from reprise_agent.tracking.hashing import Places, digest_file
from reprise_agent.tracking.helper import HashingHelper


def needs(module):
    absent = find_spec(module) is None
    return pytest.mark.skipif(absent, reason=f"optional: {module} is not installed")


def content(path):
    return digest_file(str(path), {})[2]


def keras_archive(path, date, address, units):
    policy = {"class_name": "DTypePolicy", "shared_object_id": address}
    config = {"layers": [{"units": units, "dtype": policy}, {"units": 1, "dtype": policy}]}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1", "date_saved": date}))
        archive.writestr("config.json", json.dumps(config))


def safetensors_file(path, names, last):
    values = {"a": struct.pack("<2f", 1.0, 2.0), "b": struct.pack("<f", last)}
    header, data = {}, b""
    for name in names:
        header[name] = {
            "dtype": "F32",
            "shape": [len(values[name]) // 4],
            "data_offsets": [len(data), len(data) + len(values[name])],
        }
        data += values[name]
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def field(number, value):
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def onnx_file(path, trace, weight):
    metadata = field(1, "pkg.torch.onnx.stack_trace") + field(2, trace)
    node = field(1, "x") + field(1, "w") + field(2, "y") + field(4, "MatMul") + field(9, metadata)
    initializer = field(9, struct.pack("<f", weight)) + field(8, "w")
    path.write_bytes(b"\x08\x0a" + field(2, trace) + field(7, field(1, node) + field(5, initializer)))


def fingerprint_file(path, uuid, checksum):
    path.write_bytes(b"\x08" + bytes([checksum]) + field(6, b"\x08\x02") + field(7, uuid))


def trio(folder, name, make, variants):
    paths = []
    for part, variant in zip(("one", "two", "three"), variants):
        (folder / part).mkdir()
        paths.append(folder / part / name)
        make(paths[-1], *variant)
    return paths


PURE = {
    "model.keras": (keras_archive, [("today", 1400, 8), ("later", 1500, 8), ("today", 1400, 9)]),
    "w.safetensors": (safetensors_file, [("ab", 3.0), ("ba", 3.0), ("ab", 3.5)]),
    "net.onnx": (onnx_file, [("at 0x7f", 1.0), ("at 0x55", 1.0), ("at 0x7f", 1.5)]),
    "fingerprint.pb": (fingerprint_file, [("1234", 7), ("98765", 7), ("1234", 8)]),
}


@pytest.mark.parametrize("name", PURE)
def test_times_addresses_and_order_are_no_content_and_the_smallest_change_is(tmp_path, name):
    make, variants = PURE[name]
    paths = trio(tmp_path, name, make, variants)
    facts = [digest_file(str(path), {}) for path in paths]
    assert facts[0][1] != facts[1][1], "the bytes differ"
    assert facts[0][2] is not None and facts[0][2] == facts[1][2] != facts[2][2], "what is inside does not"


def test_the_helper_beside_the_cell_says_the_same(tmp_path):
    names = list(PURE)
    for name in names:
        PURE[name][0](tmp_path / name, *PURE[name][1][0])
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    helper = HashingHelper(Places(str(tmp_path), "/nowhere", [], []))
    helper.hash(str(tmp_path), [*names, "a.h5"])
    found = {entry["path"]: entry for _, _, entry, _ in helper.collect()}
    helper.close()
    assert {name: found[name]["content"] for name in names} == {
        name: content(tmp_path / name) for name in names
    }
    assert found["a.h5"]["unread"] == "h5py is not loaded"


@pytest.mark.parametrize("name", ["bad.onnx", "bad.safetensors", "bad.keras", "bad.npz", "bad.h5", "bad.gz"])
def test_what_is_damaged_is_compared_by_its_bytes(tmp_path, name):
    magic = {"bad.npz": b"PK\x03\x04", "bad.keras": b"PK\x03\x04", "bad.gz": b"\x1f\x8b"}.get(
        name, b"\xff" * 9
    )
    (tmp_path / name).write_bytes(magic + os.urandom(200))
    assert digest_file(str(tmp_path / name), {})[2:] == (None, None)


def hdf5_file(path, wait, last):
    import h5py

    time.sleep(wait)
    with h5py.File(path, "w", track_order=bool(wait)) as file:
        group = file.create_group("layers/dense")
        group.attrs["names"] = ["kernel", "bias"]
        group.attrs["config"] = '{"units": 2}'
        group.create_dataset("kernel", data=[[1.0, 2.0], [3.0, last]], track_times=True)
        group.create_dataset("words", data=["a", "bc"], dtype=h5py.string_dtype())
        file["again"] = file["layers/dense/kernel"]
        file["soft"] = h5py.SoftLink("/layers")
        file.create_dataset("empty", data=h5py.Empty("f4"))


@needs("h5py")
def test_hdf5_is_compared_without_the_times_of_its_objects(tmp_path):
    paths = trio(tmp_path, "m.weights.h5", hdf5_file, [(0, 4.0), (1.1, 4.0), (0, 4.5)])
    facts = [digest_file(str(path), {}) for path in paths]
    assert facts[0][1] != facts[1][1]
    assert facts[0][2] is not None and facts[0][2] == facts[1][2] != facts[2][2]


def parquet_file(path, rows, last):
    import pandas as pd
    import pyarrow.parquet

    frame = pd.DataFrame({"a": [1.5, None, last], "b": ["x", None, "z"]})
    table = pyarrow.Table.from_pandas(frame)
    pyarrow.parquet.write_table(
        table, path, row_group_size=rows, compression="gzip" if rows > 1 else "snappy"
    )


@needs("pyarrow")
def test_parquet_is_compared_without_its_layout(tmp_path):
    paths = trio(tmp_path, "t.parquet", parquet_file, [(1, 4.0), (9, 4.0), (1, 4.5)])
    facts = [digest_file(str(path), {}) for path in paths]
    assert facts[0][1] != facts[1][1]
    assert facts[0][2] is not None and facts[0][2] == facts[1][2] != facts[2][2]


SAVED = """
import sys, pathlib, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path[:0] = [sys.argv[2]]
folder, change = pathlib.Path(sys.argv[1]), float(sys.argv[3])
import keras, tensorflow as tf
from reprise_agent.tracking.hashing import digest_file
keras.utils.set_random_seed(1)
junk = [object() for _ in range(int(change * 1000) + 7)]
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
model.compile("adam", "mse")
weights = model.get_weights(); weights[0][0, 0] += change; model.set_weights(weights)
model.save(folder / "m.keras"); model.save(folder / "m.h5"); model.save_weights(folder / "m.weights.h5")
tf.saved_model.save(model, str(folder / "saved"))
for path in sorted(folder.rglob("*")):
    if path.is_file():
        _, sha256, content, _ = digest_file(str(path), {})
        print(path.relative_to(folder), sha256, content)
"""


@needs("tensorflow")
def test_a_keras_model_saved_in_two_processes_has_one_content_and_another_with_one_changed_weight(tmp_path):
    found = []
    for part, change in (("one", "0"), ("two", "0"), ("three", "0.25")):
        (tmp_path / part).mkdir()
        sources = str(pathlib.Path(__file__).resolve().parents[3] / "src" / "agent")
        program = [sys.executable, "-c", SAVED, str(tmp_path / part), sources, change]
        said = subprocess.run(program, capture_output=True, text=True, check=True).stdout
        found.append({line.split()[0]: line.split()[1:] for line in said.splitlines() if "." in line})
    one, two, three = found
    assert one.keys() == two.keys() and len(one) >= 7
    for name, (sha256, held) in one.items():
        assert sha256 == two[name][0] or held == two[name][1] != "None", name
    assert one["m.keras"][0] != two["m.keras"][0]
    for name in ("m.keras", "m.h5", "m.weights.h5"):
        assert one[name][1] not in ("None", three[name][1])
    assert (
        one["saved/variables/variables.data-00000-of-00001"]
        != three["saved/variables/variables.data-00000-of-00001"]
    )
