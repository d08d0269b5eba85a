"""What the real API says: the honest half of the mock, with no fault in it."""
