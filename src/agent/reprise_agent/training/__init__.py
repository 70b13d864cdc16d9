"""What cells train on, and what comes of it step by step: batches, losses, weights."""
