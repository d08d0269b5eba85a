"""Sees what the client does besides its requests."""
