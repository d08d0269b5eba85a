"""Recognizes the hosts of the real API and the names of this machine."""

from __future__ import annotations

REAL = "cerebras.ai"


def is_real(host: object) -> bool:
    """Return whether a host belongs to the real API."""
    name = name_of(host)
    return name == REAL or name.endswith(f".{REAL}")


def name_of(host: object) -> str:
    """Return the name of a host in the form in which DNS compares names."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    return text.lower().partition("%")[0].rstrip(".")


def is_this_machine(name: str) -> bool:
    """Return whether a name or address is that of this machine."""
    from ipaddress import ip_address

    if not name or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def names_another(name: str) -> bool:
    """Return whether a host is the name of another machine rather than an address."""
    is_address = not name.strip("0123456789.") or ":" in name
    return not is_address and not is_this_machine(name)
