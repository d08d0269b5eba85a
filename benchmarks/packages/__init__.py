"""What released packages do under faults: ``python -m benchmarks.packages``."""
