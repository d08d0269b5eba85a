"""Compares what an app hands out with what it was served."""
