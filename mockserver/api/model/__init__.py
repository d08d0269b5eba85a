"""The simulated language model: what it generates, and how many tokens that takes."""
