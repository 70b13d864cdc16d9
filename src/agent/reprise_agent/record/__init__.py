"""Writing the run record: hash-chained JSON lines, and objects named by their digest."""
