"""Sockets: where connections come in, and what runs the server."""
