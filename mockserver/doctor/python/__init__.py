"""
Reads Python code: what its names stand for, which clients it makes, and how it calls them.

Nothing is imported or run. Facts that the file alone can't show are not reported.
"""
