"""Python processes that a cell starts (`!python train.py`, `subprocess`, `torchrun`): seeded and heard like the kernel."""
