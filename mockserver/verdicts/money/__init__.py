"""What a client spends, and how much of that is in vain."""
