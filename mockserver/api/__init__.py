"""Imitates the answers of the real API, without any injected fault."""
