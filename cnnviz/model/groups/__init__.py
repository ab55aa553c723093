"""Groups, blocks and notes: what lies on the canvas beside nodes and wires."""
