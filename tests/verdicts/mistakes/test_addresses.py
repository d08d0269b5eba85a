"""Mistakes in the address of a request, and addresses that are right."""
