"""Going from a number to where it comes from: the trail of places, arrows, kernels turned round."""
