"""Recognizes clients that speak a protocol other than HTTP/1.1 to a port without TLS."""

from __future__ import annotations

from collections.abc import Mapping

_SAID: Mapping[bytes, str] = {
    b"\x16\x03": (  # a handshake of any version of TLS
        "a client speaks TLS to the mock's port, which has no TLS; write http:// in the base URL, "
        "or serve with --tls-cert and --tls-key"
    ),
    b"PRI * HTTP/2": (
        "a client speaks HTTP/2 without TLS to the mock's port, which takes only HTTP/1.1; let the "
        "client use HTTP/1.1"
    ),
}
"""What a client that speaks another protocol does wrong, and the fix, by its first bytes."""


def said_of(begin: bytes) -> str:
    """
    Return what a client with these first bytes does wrong, and the fix; "" if nothing.

    >>> said_of(b"GET / HTTP/1.1")
    ''
    """
    return next((said for sign, said in _SAID.items() if begin.startswith(sign)), "")
