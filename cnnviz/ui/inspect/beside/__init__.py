"""Two networks, or two moments of one training, side by side under one cursor."""
