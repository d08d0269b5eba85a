"""Leads apps with a hard-coded real host to the mock: a proxy, and TLS for the real names."""
