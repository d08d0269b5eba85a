"""Redirects apps with a hard-coded real host to the mock, by a proxy and by certificates."""
