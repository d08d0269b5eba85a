"""``cerebras-mock run``: a command in any language, unchanged, in front of the mock."""
