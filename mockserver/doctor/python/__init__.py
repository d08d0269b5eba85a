"""
Reads Python code without running it, and finds its clients and how it calls them.

What can't be told from the file alone is not reported.
"""
