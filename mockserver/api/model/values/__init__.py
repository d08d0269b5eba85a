"""Values for JSON Schemas: patterns, formats, validation, and the search for a value."""
