"""From the bytes of a request to what it means, or to the refusal it gets."""
