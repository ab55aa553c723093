"""Inspect: every number of a forward pass, and what it is made of."""
