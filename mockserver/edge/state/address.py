"""Where the store is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEMES = ("redis", "rediss", "unix")
_NAMESPACE = re.compile(r"[\w.-]{1,64}", re.ASCII)
_PORT, _MOST_DATABASES = 6379, 2**16


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """
    The address of a Redis or Valkey server; ``path`` is the path of a Unix socket.

    Mocks share their state if they have the same ``namespace`` in the same ``database``.
    """

    host: str = ""
    port: int = _PORT
    path: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    database: int = 0
    tls: bool = False
    namespace: str = "mock"

    def __str__(self) -> str:
        """Return the URL without the password."""
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'rediss' if self.tls else 'redis'}://{host}:{self.port}/{self.database}"


def read_address(url: str) -> StoreAddress:
    """
    Return the address in a URL with the scheme ``redis``, ``rediss`` or ``unix``.

    Raises ValueError. The error quotes no part of the URL, because the URL may contain a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORT
        settings = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise ValueError("should be a URL such as redis://localhost:6379/0") from error
    if parts.scheme not in _SCHEMES:
        raise ValueError("should begin with redis://, rediss:// or unix://, or be 'private'")
    unix = parts.scheme == "unix"
    if unix is not bool(parts.path.strip("/") if unix else not host):
        raise ValueError("should name a host, or with unix:// the path of a socket")
    unknown = settings.keys() - {"namespace", "db"}
    if unknown:
        raise ValueError("may have only the parameters namespace and db")
    database = settings.get("db") or ("" if unix else parts.path.strip("/")) or "0"
    if not database.isascii() or not database.isdigit() or int(database[:9]) > _MOST_DATABASES:
        raise ValueError("should have a whole number as its database")
    namespace = settings.get("namespace", "mock")
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError("should have a namespace of at most 64 letters, digits, '_', '-' and '.'")
    return StoreAddress(
        host,
        port,
        unquote(parts.path) if unix else "",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        int(database),
        parts.scheme == "rediss",
        namespace,
    )
