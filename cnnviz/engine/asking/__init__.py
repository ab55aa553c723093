"""Asking a network over a data set: codes, readouts, judgements, channels that are alike, ideal inputs, filters.

`ask(trace, question, samples)` yields how far it is and last the answer; the questions are in
`cnnviz.explain.asking.questions`. Between two pieces any question can be given up.
"""

from cnnviz.engine.asking.asking import ask

__all__ = ["ask"]
