"""Predicted frames: which a network gives, how far they are from the true ones, and what predicts without learning."""
