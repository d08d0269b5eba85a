"""The doctor's own rules."""

from __future__ import annotations

import string

import pytest

from mockserver.doctor.rules import RULES, explained
from mockserver.verdicts.mistakes import MISTAKES


def test_filled_in():
    """Facts take the place of the names in braces."""
    found = explained("missing-certificates", variable="SSL_CERT_FILE", path="/no/such.pem")
    assert found.what == "SSL_CERT_FILE names a file that does not exist: /no/such.pem"
    assert found.fix == "correct the path in SSL_CERT_FILE, or unset it"


def test_names_are_unique():
    """A name stands for one thing: in the table of mistakes, or here."""
    assert RULES.keys().isdisjoint(row.name for row in MISTAKES)


@pytest.mark.parametrize("name", RULES)
def test_form(name):
    """Sentences have no full stop, and a public source."""
    rule = RULES[name]
    assert not rule.what.endswith(".")
    assert not rule.fix.endswith(".")
    assert rule.source.startswith("https://")
    facts = {field for _, field, *_ in string.Formatter().parse(rule.what + rule.fix) if field}
    assert "{" not in explained(name, **dict.fromkeys(facts, "x")).what
