"""The server, which is the only part of the mock that waits, writes and closes connections."""
