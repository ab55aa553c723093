"""The canvas: the view of the scene, and what stands in and over it."""
