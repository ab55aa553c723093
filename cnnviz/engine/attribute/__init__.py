"""Which part of a sample a number rests on: gradients, class activation maps and occlusion, for any graph.

`attribute(module, samples, question)` returns the answer; `answering` yields it in pieces that can be given up between.
`strongest` asks the other way round: which samples a channel answers to most.
"""

from cnnviz.engine.attribute.answering import answer_trace, answering, attribute
from cnnviz.engine.attribute.strongest import strongest

__all__ = ["answer_trace", "answering", "attribute", "strongest"]
