"""A run in a pod: its inputs come through a mount, its results wait to be fetched (docs/internals.md, "Pod protocol")."""
