"""``cerebras-mock run``: runs an unchanged command, in any language, against the mock."""
