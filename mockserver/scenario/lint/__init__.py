"""Oddities of valid scenarios."""
