"""The second player of plans, which answers httpx inside the client's process."""
