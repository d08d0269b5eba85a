"""Values that JSON Schemas allow: patterns, formats, validity, and the search for a value."""
