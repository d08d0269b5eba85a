"""State that several processes share, kept in Redis or Valkey."""
