"""The matrix: every test under every scenario."""
