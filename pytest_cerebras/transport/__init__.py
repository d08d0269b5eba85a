"""The second player: answers httpx in its own process."""
