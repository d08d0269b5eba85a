"""Reads the bytes of a request, and finds out what the request asks or why it is refused."""
