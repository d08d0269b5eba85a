"""The second player of plans: answers httpx inside the client's process."""
