"""The headless runner: executes a bundle top to bottom, here or in a pod. It does not compare."""
