"""Words that every room speaks: errors, units, seeding, messages, YAML to typed values."""
