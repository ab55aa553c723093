"""What a picture was made of, kept inside its file: written with every export, read when the file comes back."""

SUFFIXES = (".png", ".svg", ".gif", ".csv", ".npy")
"""How the files end that can carry a stamp."""
