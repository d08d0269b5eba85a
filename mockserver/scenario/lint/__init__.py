"""What is odd about a scenario that is not wrong."""
