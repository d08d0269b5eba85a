"""The table of the doctor's own rules."""

import re

import pytest

from mockserver.doctor.rules import RULES, explained

FACTS = {
    "fix": "x",
    "library": "x",
    "waits": "x",
    "outer": "x",
    "attempts": 3,
    "limit": 3,
    "model": "x",
}


@pytest.mark.parametrize("name", RULES)
def test_rule(name):
    """Each says what is wrong and what to write instead, without a full stop, by a public page."""
    told = explained(name, **FACTS)
    assert told.name == name
    assert told.severity == "warning"
    assert told.source.startswith("https://")
    for text in (told.what, told.fix):
        assert text
        assert not re.search(r"[{}]|\.\Z", text)
