"""What is passed through, by way of another proxy."""

from __future__ import annotations

from base64 import b64decode

import pytest

from mockserver.edge.redirect.tunnel import Upstream


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://proxy.example:3128", ("proxy.example", 3128)),
        ("proxy.example:8080", ("proxy.example", 8080)),
        ("http://proxy.example", ("proxy.example", 80)),
    ],
)
def test_upstream(url, found):
    """The proxy of the environment is read as clients read it."""
    upstream = Upstream.of(url)
    assert (upstream.host, upstream.port) == found
    assert upstream.authorization == b""


@pytest.mark.parametrize("url", [None, "", "socks5://a:1", "https://a", "http://a:x", "http://"])
def test_no_upstream(url):
    """What is no proxy over HTTP is none."""
    assert Upstream.of(url) is None


def test_authorization():
    """A user and password of the URL are sent, as they were before they were quoted."""
    found = Upstream.of("http://me%40x:se%3Acret@proxy:1").authorization
    assert found.endswith(b"\r\n")
    name, _, value = found.strip().partition(b": Basic ")
    assert (name, b64decode(value)) == (b"proxy-authorization", b"me@x:se:cret")


def test_through_another_proxy(proxying, host):
    """Where the environment has a proxy, other hosts are reached through it."""
    with proxying() as other, proxying(upstream=Upstream.of(other.mock.url)) as client:
        assert client.get(f"http://{host.address}/x").text.startswith("GET /x HTTP/1.1\r\n")
        other.redirect.proxy.blocks = True
        answer = client.get(f"http://{host.address}/x")
        assert answer.status_code == 502
        assert "answered 'HTTP/1.1 403 Forbidden'" in answer.text
        assert other.redirect.proxy.blocked == {"127.0.0.1": 1}
