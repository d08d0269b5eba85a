"""Whose a host is."""

import pytest

from pytest_cerebras.egress.child.cerebras_hosts import (
    is_real,
    is_this_machine,
    name_of,
    names_another,
)


@pytest.mark.parametrize(
    ("host", "real"),
    [
        ("api.cerebras.ai", True),
        ("cerebras.ai", True),
        (b"API.Cerebras.AI.", True),
        ("no-cerebras.ai", False),
        ("cerebras.ai.example", False),
        (None, False),
        ("", False),
    ],
)
def test_is_real(host, real):
    """The real API is its host and all below its domain, however they are written."""
    assert is_real(host) is real


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::", True),
        ("", True),
        ("192.0.2.1", False),
        ("example.com", False),
        ("localhost.example", False),
    ],
)
def test_is_this_machine(name, own):
    """Only the loopback addresses are the machine's own, and their names."""
    assert is_this_machine(name) is own


def test_name_of():
    """A name has no zone, and no dot at its end."""
    assert (name_of("FE80::1%eth0"), name_of(b"a.b.")) == ("fe80::1", "a.b")


@pytest.mark.parametrize(
    ("name", "another"),
    [
        ("elsewhere.example", True),
        ("db1", True),
        ("localhost", False),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("", False),
    ],
)
def test_names_another(name, another):
    """Only a name can tell whose a machine is."""
    assert names_another(name) is another
