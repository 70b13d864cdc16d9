"""Seeding: what stands where fresh entropy would have come from, and what only watches it."""
