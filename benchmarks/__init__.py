"""How fast the mock server is, compared with others on the same machine in the same minute."""
