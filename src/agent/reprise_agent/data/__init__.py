"""Versions of data that no digest of a local file tells: what a server, a database or a data tool says of them."""
