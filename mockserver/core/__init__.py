"""The vocabulary of all rooms: errors, units, seeding, messages, YAML to typed values."""
