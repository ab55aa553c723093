"""The palette: layers, blocks and templates to be dragged onto the canvas."""
