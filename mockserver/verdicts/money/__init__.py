"""What a client spends, and how much of that is for nothing."""
