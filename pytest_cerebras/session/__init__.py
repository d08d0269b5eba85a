"""The mock of one test: the test's state, and how its client is judged."""
