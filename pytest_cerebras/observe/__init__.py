"""Observes what the client does besides sending requests."""
