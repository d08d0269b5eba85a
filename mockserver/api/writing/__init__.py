"""From what is said to the bytes of an answer."""
