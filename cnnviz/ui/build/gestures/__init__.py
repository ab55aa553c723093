"""What a hand does on the canvas, and the edits that come of it."""
