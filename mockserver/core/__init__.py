"""Used by all packages: errors, units, seeding, messages, and YAML read as typed values."""
