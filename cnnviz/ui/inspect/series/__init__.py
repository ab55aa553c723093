"""The forecast of a series: fed back step by step, with bands, errors and rules of thumb."""
