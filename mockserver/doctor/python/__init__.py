"""
Reads Python code: what its names stand for, which clients it makes, and how it calls them.

Nothing is imported or run. What cannot be known from the file alone is not said.
"""
