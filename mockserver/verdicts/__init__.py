"""What the client did wrong, and what to do about it."""
