"""The Reprise agent: a Jupyter kernel and headless runner that seed, record and replay."""

VERSION = "0.1.0"
