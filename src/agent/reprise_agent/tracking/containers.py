"""What a container file holds, without times, addresses and names drawn at random: zip (npz, pt, keras), gzip, safetensors,
ONNX and the fingerprint of a SavedModel. Standard library only and self-contained: a helper process runs this very text.
HDF5 and Parquet need the library that wrote them, `libraries.py`."""

import hashlib
import json
import zipfile
import zlib

_CHUNK = 1 << 20
_CONTENT_LIMIT = 1 << 30
_TIMES = {"metadata.json": ("date_saved",)}  # what a .keras file says of the moment it was saved
_UNSTABLE_MEMBERS = (".data/serialization_id",)
_TOO_LARGE = "larger than 1 GiB"

# Fields of protocol buffers by number: those left out are None, those looked into have fields of their own.
_TENSOR = {12: None, 16: None}
_VALUE = {3: None, 4: None}
_ATTRIBUTE: dict = {13: None, 5: _TENSOR, 10: _TENSOR}
_NODE = {3: None, 6: None, 9: None, 5: _ATTRIBUTE}
_GRAPH = {2: None, 10: None, 16: None, 1: _NODE, 5: _TENSOR, 11: _VALUE, 12: _VALUE, 13: _VALUE}
_ATTRIBUTE.update({6: _GRAPH, 11: _GRAPH})
# https://github.com/onnx/onnx/blob/main/onnx/onnx.proto: producer, documentation and metadata (stack traces with addresses).
_ONNX = {2: None, 3: None, 6: None, 14: None, 7: _GRAPH, 25: {8: None, 14: None, 7: _NODE, 12: _VALUE}}
# https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/fingerprint.proto: its UUID.
_FINGERPRINT = {7: None}


class Unread(Exception):
    """A container whose content cannot be had here, with the reason."""


def content_of(path, magic, size, libraries=None):
    """(digest of what a container holds or None, why it could not be read or None) of a file by its first 8 bytes.
    `libraries(path, kind)`, where there is one, reads `hdf5` and `parquet`."""
    read = _reader(path, magic, libraries)
    if read is None:
        return None, None
    try:
        if size > _CONTENT_LIMIT:
            raise Unread(_TOO_LARGE)
        return read(path), None
    except Unread as reason:
        return None, str(reason)
    except Exception:
        return None, None  # damaged, or none after all: its bytes are what there is to compare


def _reader(path, magic, libraries):
    if magic[:4] == b"PK\x03\x04":
        return _zip_content
    if magic[:2] == b"\x1f\x8b":
        return _gzip_content
    if path.endswith(".safetensors"):
        return _safetensors
    if path.endswith(".onnx"):
        return lambda path: _protocol_buffer(path, _ONNX)
    if path.endswith("/fingerprint.pb"):
        return lambda path: _protocol_buffer(path, _FINGERPRINT)
    kind = "hdf5" if magic == b"\x89HDF\r\n\x1a\n" else "parquet" if magic[:4] == b"PAR1" else None
    if kind is None:
        return None
    return lambda path: (libraries or _no_library)(path, kind)


def _no_library(path, kind):
    raise Unread({"hdf5": "h5py is not loaded", "parquet": "pyarrow is not loaded"}[kind])


def _zip_content(path):
    members = []
    with open_quietly(path) as file, zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > _CONTENT_LIMIT:
            raise Unread(_TOO_LARGE)
        is_keras = any(info.filename == "metadata.json" for info in infos)
        for info in infos:
            name = info.filename
            if path.endswith((".pt", ".pth")):
                name = name.partition("/")[2]  # the folder inside is called like the file
            if name in _UNSTABLE_MEMBERS:
                continue
            with archive.open(info) as member:
                members.append([name, _member_digest(name, member, is_keras)])
    return hashlib.sha256(json.dumps(sorted(members)).encode()).hexdigest()


def _member_digest(name, member, is_keras):
    if name in _TIMES:
        facts = json.loads(member.read())
        for field in _TIMES[name]:
            facts.pop(field, None)
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    if is_keras and name == "config.json":
        facts = _numbered(json.loads(member.read()), {})
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    hashed = hashlib.sha256()
    for data in iter(lambda: member.read(_CHUNK), b""):
        hashed.update(data)
    return hashed.hexdigest()


def _numbered(value, numbers):
    """Keras tells which parts of a model are one object by their addresses: by the order in which they come here."""
    if isinstance(value, list):
        return [_numbered(item, numbers) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, item in value.items():
        is_address = name == "shared_object_id" and isinstance(item, int)
        found[name] = numbers.setdefault(item, len(numbers)) if is_address else _numbered(item, numbers)
    return found


def _gzip_content(path):
    hashed, total = hashlib.sha256(), 0
    stream = zlib.decompressobj(31)
    with open_quietly(path) as file:
        for data in iter(lambda: file.read(_CHUNK), b""):
            while data:
                part = stream.decompress(data, _CHUNK)
                total += len(part)
                if total > _CONTENT_LIMIT:
                    raise Unread(_TOO_LARGE)
                hashed.update(part)
                data = stream.unconsumed_tail
                if stream.eof:
                    data, stream = stream.unused_data, zlib.decompressobj(31)
    return hashed.hexdigest()


def _safetensors(path):
    """Tensors by name: the order of the header's entries is that of a hash table.
    https://huggingface.co/docs/safetensors/index#format"""
    with open_quietly(path) as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= 100_000_000:
            raise ValueError("no header")
        header = json.loads(file.read(length))
        held = [["__metadata__", header.pop("__metadata__", None)]]
        for name, tensor in sorted(header.items()):
            start, end = tensor["data_offsets"]
            file.seek(8 + length + start)
            held.append([name, tensor["dtype"], tensor["shape"], _digest_of_next(file, end - start)])
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _digest_of_next(file, size):
    hashed = hashlib.sha256()
    while size > 0:
        data = file.read(min(size, _CHUNK))
        if not data:
            raise ValueError("cut short")
        hashed.update(data)
        size -= len(data)
    return hashed.hexdigest()


def _protocol_buffer(path, left_out):
    with open_quietly(path) as file:
        return hashlib.sha256(_without(memoryview(file.read()), left_out)).hexdigest()


def _without(data, left_out):
    """A message's bytes less some fields, lengths included: https://protobuf.dev/programming-guides/encoding/"""
    kept, position = [], 0
    while position < len(data):
        start = position
        key, position = _varint(data, position)
        number, wire = key >> 3, key & 7
        if wire == 0:
            _, end = _varint(data, position)
        elif wire in (1, 5):
            end = position + (8 if wire == 1 else 4)
        elif wire == 2:
            length, position = _varint(data, position)
            end = position + length
        else:
            raise ValueError("no protocol buffer")
        if number == 0 or end > len(data):
            raise ValueError("no protocol buffer")
        fields = left_out.get(number, False)
        if wire == 2 and isinstance(fields, dict):
            inner = _without(data[position:end], fields)
            kept += [f"{number}:{len(inner)}:".encode(), inner]
        elif fields is not None:
            kept.append(data[start:end])
        position = end
    return b"".join(kept)


def _varint(data, position):
    value, shift = 0, 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("no protocol buffer")


def open_quietly(path):
    """Opens past the tracker, which wraps the public openers only."""
    import _io

    return _io.open(path, "rb")
