"""Encodes what the model generated as the bytes of an answer."""
