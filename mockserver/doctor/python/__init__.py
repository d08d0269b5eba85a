"""
Reads Python code without running it, and finds its clients and how it calls them.

A mistake is reported only if the file alone proves it.
"""
