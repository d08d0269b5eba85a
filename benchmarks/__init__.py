"""How fast the mock server is, beside others on the same machine in the same minute."""
