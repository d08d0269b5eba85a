"""Reads the bytes of a request, and finds its meaning or the reason to refuse it."""
