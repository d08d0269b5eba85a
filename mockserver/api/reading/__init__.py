"""Reads the bytes of a request, and finds out what it means or why it is refused."""
