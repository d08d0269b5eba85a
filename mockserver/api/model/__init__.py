"""The pretended language model: what it says, and how many tokens that is."""
