"""Asking a network over a whole data set: what can be asked, and what follows from the answers. numpy, no torch.

`questions` are put to `cnnviz.engine.asking`. What follows from its answers is computed here: planes in which a code is
laid out, and neighbours in the code itself (`planes`), what a linear readout of each layer knows (`probes`), how alike
channels are (`likeness`).
"""
