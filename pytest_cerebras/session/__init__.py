"""The mock of one test: the state of the test, and the judgement on its client."""
