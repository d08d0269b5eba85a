"""Further hosts, as users write them."""

from __future__ import annotations

import pytest
import trustme

from mockserver.core.errors import MockServerError
from pytest_cerebras.run.hosts import host_of


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("api.example.com", "api.example.com"),
        ("API.Example.COM.", "api.example.com"),
        ("müller.example", "xn--mller-kva.example"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
    ],
)
def test_host(given, host):
    """A host has the form in which clients name it, and can get a certificate."""
    assert host_of(given) == host
    trustme.CA().issue_cert(host)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://x/", "x"),
        ("https://API.example.com:443/v1?a=b", "api.example.com"),
        ("api.openai.com:443", "api.openai.com"),
        ("api.example.com/v1", "api.example.com"),
        ("*.example.com", "example.com"),
        ("[::1]:443", "::1"),
        ("10.0.0.0/8", "10.0.0.0"),
    ],
)
def test_meant(given, meant):
    """A URL, a port or a wildcard is refused, and the sentence says what to write instead."""
    with pytest.raises(MockServerError) as caught:
        host_of(given)
    assert str(caught.value) == (
        "--host should be the name of one host, such as api.example.com, without scheme, port or "
        f"wildcard, found {given!r}; did you mean {meant}?"
    )


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", ".", "x..", "a..b", "a b", "a,b", "-a", "_x.example", "*", "*.", "https://"),
        *("http://[", "fe80::1%eth0", "\udc80x", "a" * 64, "a." * 127 + "ab", "x" * 1_000_000),
    ],
    ids=lambda given: repr(given[:12]),
)
def test_no_host(given):
    """Anything else is refused in one short sentence."""
    with pytest.raises(
        MockServerError, match=r"^--host should be the name of one host, "
    ) as caught:
        host_of(given)
    assert len(str(caught.value)) < 250
    assert "did you mean" not in str(caught.value)
