"""oci.py SPEC.json OUT.tar: one OCI archive of several images, without a daemon or a registry.

SPEC: {"name": {"layers": [FOLDER...], "config": {"Entrypoint": ..., "User": ..., "Env": ...}}}. One uncompressed layer
a folder; images that share a folder share the layer. Reproducible: names sorted, times zero, everything root's. Prints
{"name": "sha256:..."}, the digests of the manifests.
"""

import hashlib
import io
import json
import os
import sys
import tarfile
import tempfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


class Archive:
    def __init__(self, tar: tarfile.TarFile):
        self.tar = tar
        self.known = {}

    def add(self, name, content, size):
        member = tarfile.TarInfo(name)
        member.size = size
        self.tar.addfile(member, content)

    def add_json(self, name, value):
        data = json.dumps(value, sort_keys=True).encode()
        self.add(name, io.BytesIO(data), len(data))

    def blob(self, media_type, content, digest, size):
        if digest not in self.known:
            self.add(f"blobs/sha256/{digest}", content, size)
            self.known[digest] = True
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}

    def json_blob(self, media_type, value):
        data = json.dumps(value, sort_keys=True).encode()
        return self.blob(media_type, io.BytesIO(data), hashlib.sha256(data).hexdigest(), len(data))

    def layer(self, folder):
        if folder not in self.known:
            with tempfile.TemporaryFile() as file:
                sink = Hashing(file)
                write_layer(sink, folder)
                file.seek(0)
                self.known[folder] = self.blob(LAYER, file, sink.hash.hexdigest(), sink.size)
        return self.known[folder]

    def image(self, layers, config):
        layers = [self.layer(folder) for folder in layers]
        root = {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]}
        described = {"architecture": "amd64", "os": "linux", "config": config, "rootfs": root}
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.json_blob(CONFIG, described),
            "layers": layers,
        }
        return self.json_blob(MANIFEST, manifest)


class Hashing:
    """A file to write to that knows the digest of what was written."""

    def __init__(self, file):
        self.file, self.hash, self.size = file, hashlib.sha256(), 0

    def write(self, data):
        self.hash.update(data)
        self.size += len(data)
        return self.file.write(data)


def write_layer(sink, folder):
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20) as tar:
        for parent, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files + folders):
                path = os.path.join(parent, name)
                member = tar.gettarinfo(path, os.path.relpath(path, folder))
                if member is None or not (
                    member.isreg() or member.isdir() or member.issym() or member.islnk()
                ):
                    continue
                member.uid = member.gid = member.mtime = 0
                member.uname = member.gname = ""
                if member.isreg():
                    with open(path, "rb") as content:
                        tar.addfile(member, content)
                else:
                    tar.addfile(member)


def main(spec, target):
    with open(spec) as file:
        images = json.load(file)
    with tarfile.open(target, "w") as tar:
        archive = Archive(tar)
        archive.add_json("oci-layout", {"imageLayoutVersion": "1.0.0"})
        manifests = {name: archive.image(**image) for name, image in images.items()}
        index = [
            {**manifest, "annotations": {"io.containerd.image.name": name}}
            for name, manifest in manifests.items()
        ]
        archive.add_json("index.json", {"schemaVersion": 2, "manifests": index})
    print(json.dumps({name: manifest["digest"] for name, manifest in manifests.items()}))


main(*sys.argv[1:])
