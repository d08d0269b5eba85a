"""One test: what it holds, and how it is judged."""
