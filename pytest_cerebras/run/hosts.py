"""The names in ``--host``: further hosts for which the mock answers."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

from mockserver.core.errors import MockServerError, shown

_LONGEST = 253  # characters of a host name (RFC 1035, 2.3.4)
_LONGEST_URL = 2000


def host_of(given: str) -> str:
    """
    Return a host in the form in which clients name it: lower case, and letters of ASCII only.

    >>> host_of("Müller.example.")
    'xn--mller-kva.example'

    Raises MockServerError for anything but a host name or an IP address.
    """
    found = _normal(given)
    if not found:
        meant = _meant(given)
        raise MockServerError(
            "--host should be the name of one host, such as api.example.com, without scheme, port "
            f"or wildcard, found {shown(given)}{f'; did you mean {meant}?' if meant else ''}"
        )
    return found


def _normal(given: str) -> str:
    """Return a host in its normal form; empty if it is none."""
    import idna  # by which the certificates are made

    name = given.removesuffix(".")
    if len(name) > _LONGEST or name.endswith(".") or "%" in name:
        return ""
    with suppress(ValueError):
        return str(ipaddress.ip_address(name))
    with suppress(UnicodeError):
        return idna.encode(name, uts46=True).decode()
    return ""


def _meant(given: str) -> str:
    """Return the host in a URL, in HOST:PORT or after a wildcard; empty without one."""
    if len(given) > _LONGEST_URL or "%" in given:
        return ""
    try:
        host = urlsplit(given if "//" in given else f"//{given}").hostname or ""
    except ValueError:
        return ""
    return _normal(host.removeprefix("*."))
