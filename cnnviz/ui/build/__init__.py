"""The Build workspace: palette, canvas, properties, and what the graph amounts to."""
