"""A graph as a PyTorch script that needs cnnviz no more, and whose weights can go back and forth."""

from cnnviz.model.codegen.script import to_code

__all__ = ["to_code"]
