"""The editions that are shipped, as files."""
