"""Slips in the address of the API, and names that may be somebody else's."""

from __future__ import annotations

import pytest

from mockserver.verdicts.mistakes.misspelt import is_host, means_cerebras, scheme


@pytest.mark.parametrize(
    "host",
    [
        *("api.cerebas.ai", "api.cerbras.ai", "api.cerebars.ai", "api.cerrebras.ai"),
        *("api.cerebras.al", "api.cerebras.ia", "apl.cerebras.ai", "API.Cerebas.AI"),
    ],
)
def test_slip(host):
    """One slip makes no other name."""
    assert is_host(host)
    assert means_cerebras(f"https://{host}/v1")


@pytest.mark.parametrize(
    "host",
    [
        *("api.cerebras.ai", "cerebas.ai", "api.cerebra.ai", "api.cerebro.ai", "api.cerebras.com"),
        *("app.cerebras.ai", "api.celebras.ai", "apl.cerebas.ai", "x.api.cerebas.ai", "", "."),
    ],
)
def test_innocent(host):
    """The host itself, two slips, and what may be another name."""
    assert not is_host(host)


@pytest.mark.parametrize(
    ("base_url", "begins"),
    [
        ("htps://api.cerebras.ai/v1", "htps://"),
        ("https//api.cerebras.ai", "https//"),
        ("http:/api.cerebras.ai:443", "http:/"),
        ("https://api.cerebras.ai/v1", ""),
        ("http://api.cerebras.ai/v1", ""),
        ("api.cerebras.ai/v1", ""),
        ("ftp://api.cerebras.ai/v1", ""),
        ("htps://api.cerebras.ai.example.com", ""),
        ("htps://api.openai.com", ""),
    ],
)
def test_scheme(base_url, begins):
    """A scheme that no client knows, before the host of the API."""
    assert scheme(base_url) == begins


def test_other_addresses():
    """A base URL of somebody else is not meant for Cerebras."""
    assert not means_cerebras("https://api.openai.com/v1")
    assert not means_cerebras("")
