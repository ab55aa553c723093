"""How good the network of a run is: classes, confidence, outputs, and how the values of its layers are spread."""
