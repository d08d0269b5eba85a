"""The server: it waits, writes and closes."""
