"""What if: weights edited in place, maps muted or swapped, the sample moved; what comes of it, and the way back."""
