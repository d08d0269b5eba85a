"""The server: what waits, writes and closes."""
