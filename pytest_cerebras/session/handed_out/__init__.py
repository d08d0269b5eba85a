"""Compares the results of an app with the answers that it was served."""
