"""The target that a client names in the head of a request to a proxy (RFC 9112, 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Target:
    """
    The host and port to which a client wants to connect.

    ``tunnels`` is true if the client sent CONNECT. ``secure`` is true if the client sent an https
    URL instead, as axios does, so that the proxy has to speak TLS to the host.
    """

    host: str
    port: int
    tunnels: bool
    secure: bool = False

    @property
    def address(self) -> str:
        """The host and port as a client writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def target_of(head: bytes) -> Target | None:
    """Return the target in the head of a request; None without a valid target."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3:  # noqa: PLR2004 (method, target, version)
        return None
    method, asked, _ = words
    tunnels = method == "CONNECT"
    try:
        url = urlsplit(f"//{asked}" if tunnels else asked)
        scheme = url.scheme.lower()
        host, port = url.hostname, url.port or (None if tunnels else _PORTS.get(scheme))
    except ValueError:
        return None
    if not host or port is None:
        return None
    return Target(host.rstrip("."), port, tunnels, secure=scheme == "https")


def forwarded(head: bytes) -> bytes:
    """
    Return the head to forward, given a head whose target has a scheme and a host.

    The new head asks to close the connection after the answer, because the next request may be for
    another host.
    """
    first, *fields = head.split(b"\r\n")
    method, asked, version = first.split(b" ")
    url = urlsplit(asked)
    path = (url.path or b"/") + (b"?" + url.query if url.query else b"")
    kept = [each for each in fields if each.partition(b":")[0].strip().lower() not in _HOP_BY_HOP]
    return b"\r\n".join([b" ".join((method, path, version)), *kept, b"connection: close", b"", b""])
