"""The mock of one test: the state of the test, and the judgment on its client."""
