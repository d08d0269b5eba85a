"""How apps with the real host written in reach the mock: a proxy, and TLS for names of others."""
