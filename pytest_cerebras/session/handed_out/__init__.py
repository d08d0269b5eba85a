"""Compares the results of an app with the answers that the mock sent."""
