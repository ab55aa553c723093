"""The items of the scene: cards, wires, frames and notes, and what each of them shows."""
