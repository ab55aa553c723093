"""Eight networks of the lecture notes, each trained by Keras, by cnnviz and by a bare torch loop, in turns.

`keras_networks` and `keras_fit` run in an environment of their own with TensorFlow, and import nothing of cnnviz.
"""

NETWORKS = ("t1", "t2", "t11", "t15", "t16", "t18", "t19", "t20")
BATCHES = {
    "t1": 50, "t2": 100, "t11": 1000, "t15": 256, "t16": 256, "t18": 1000, "t19": 10, "t20": 10,
}  # fmt: skip
"""As in the notes, but for T19, whose batch of 50 needs 10 GB in some of the programs."""
