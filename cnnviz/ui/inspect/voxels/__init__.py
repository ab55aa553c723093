"""Inspect for networks that read volumes: everything about the value under the cursor, in space."""
