"""What a client asks a proxy for."""

from __future__ import annotations

import pytest

from mockserver.edge.redirect.targets import Target, forwarded, target_of


@pytest.mark.parametrize(
    ("line", "target"),
    [
        (b"CONNECT api.cerebras.ai:443 HTTP/1.1", Target("api.cerebras.ai", 443, tunnels=True)),
        (b"CONNECT API.Cerebras.AI.:443 HTTP/1.1", Target("api.cerebras.ai", 443, tunnels=True)),
        (b"CONNECT [::1]:8443 HTTP/1.0", Target("::1", 8443, tunnels=True)),
        (b"GET http://a.example/x?y HTTP/1.1", Target("a.example", 80, tunnels=False)),
        (b"GET HTTP://a.example:8080 HTTP/1.1", Target("a.example", 8080, tunnels=False)),
        (
            b"POST https://a.example/x HTTP/1.1",
            Target("a.example", 443, tunnels=False, secure=True),
        ),
        (b"CONNECT api.cerebras.ai HTTP/1.1", None),
        (b"CONNECT :443 HTTP/1.1", None),
        (b"CONNECT a:b:c HTTP/1.1", None),
        (b"GET ftp://a.example/ HTTP/1.1", None),
        (b"GET http://a.example:99999/ HTTP/1.1", None),
        (b"GET http://[::1/ HTTP/1.1", None),
        (b"GET /v1/models HTTP/1.1", None),
        (b"GET", None),
    ],
)
def test_target(line, target):
    """Host and port are read as clients write them; nonsense is none."""
    assert target_of(line + b"\r\nhost: elsewhere") == target


def test_address():
    """An address of IPv6 stands in brackets."""
    assert Target("::1", 443, tunnels=True).address == "[::1]:443"
    assert Target("a.example", 80, tunnels=False).address == "a.example:80"


def test_forwarded():
    """The host behind a proxy sees a request of its own, the last one of its connection."""
    head = (
        b"GET http://a.example/x?y=1 HTTP/1.1\r\nHost: a.example\r\nProxy-Connection: keep-alive"
        b"\r\nProxy-Authorization: Basic x\r\nConnection: keep-alive\r\nAccept: */*"
    )
    assert forwarded(head) == (
        b"GET /x?y=1 HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nconnection: close\r\n\r\n"
    )
    assert forwarded(b"GET http://a.example HTTP/1.1").startswith(b"GET / HTTP/1.1\r\n")
