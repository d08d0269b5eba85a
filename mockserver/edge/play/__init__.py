"""Plays a plan: as bytes, on a connection, along a clock."""
