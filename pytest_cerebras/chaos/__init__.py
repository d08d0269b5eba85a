"""The matrix: tests times scenarios."""
