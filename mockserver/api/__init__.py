"""The answers of the real API: the honest half of the mock, without any fault."""
