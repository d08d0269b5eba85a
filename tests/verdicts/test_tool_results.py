"""What answers to calls of tools say."""

from __future__ import annotations

import pytest

from mockserver.verdicts.tool_results import reading_of, reading_of_text


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("3", "result"),
        ("1,234.50 €", "result"),
        ("{}", "result"),
        ('{"error": null, "degrees": 21}', "result"),  # no error at all
        ('{"errors": [], "ok": true}', "result"),
        ('{"success": true}', "result"),
        ('{"valid": false}', "refusal"),
        ('{"status": "not executed"}', "refusal"),
        ('{"Fehler": "abc"}', "refusal"),
        ('[{"error": "x"}]', "refusal"),
        ("<cancelled by the user>", "refusal"),
        ("It rains.", "open"),
        ("[1, 2", "open"),
        ("[" * 5000, "open"),
    ],
)
def test_reading(text, reading):
    """Form makes a result; form or words make a refusal; all else may be either."""
    assert reading_of(text) == reading


def test_label():
    """An agent's own name for what it tells is no part of it."""
    assert reading_of("Observation:\n21") == "open"
    assert reading_of_text("Observation:\n21") == "result"
