"""Plays plans to httpx inside the client's process, instead of over a socket."""
