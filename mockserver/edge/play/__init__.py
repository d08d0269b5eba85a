"""Plays a plan as bytes on a connection, at the times that a clock gives."""
