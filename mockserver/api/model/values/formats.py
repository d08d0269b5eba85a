"""The known formats of strings: how to make one, and how to check one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address
from random import Random

from mockserver.api.model import prose


def is_of(name: str, text: str) -> bool:
    """Return whether a text has a format; unknown formats fit every text."""
    check = _CHECKS.get(name)
    if check is None or len(text) > _LONGEST:
        return check is None
    if isinstance(check, re.Pattern):
        return check.fullmatch(text) is not None
    try:
        check(text)
    except ValueError:
        return False
    return True


_LONGEST = 2_000


def _digits(random: Random, pattern: str) -> str:
    """Replace each ``#`` by a hexadecimal digit."""
    return "".join(f"{random.getrandbits(4):x}" if sign == "#" else sign for sign in pattern)


def _date(random: Random) -> str:
    return f"20{random.randint(20, 39)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _time(random: Random) -> str:
    hour, minute, second = random.randint(0, 23), random.randint(0, 59), random.randint(0, 59)
    return f"{hour:02}:{minute:02}:{second:02}Z"


MAKERS: Mapping[str, Callable[[Random], str]] = {
    "date": _date,
    "time": _time,
    "date-time": lambda random: f"{_date(random)}T{_time(random)}",
    "duration": lambda random: f"P{random.randint(1, 30)}D",
    "email": lambda random: f"{prose.words(random, 1)}@example.com",
    "hostname": lambda random: f"{prose.words(random, 1)}.example.com",
    "uri": lambda random: f"https://example.com/{prose.words(random, 1)}",
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: _digits(random, "2001:db8::####"),
    "uuid": lambda random: _digits(random, "########-####-4###-a###-############"),
}
_ZONE = r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_CLOCK = rf"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{{1,9}})?{_ZONE}"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def _day(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(text)
    date.fromisoformat(text)


def _moment(text: str) -> None:
    if not re.fullmatch(rf"\d{{4}}-\d\d-\d\dT{_CLOCK}", text, re.ASCII):
        raise ValueError(text)
    datetime.fromisoformat(text)


_CHECKS: Mapping[str, re.Pattern[str] | Callable[[str], object]] = {
    "date": _day,
    "time": re.compile(_CLOCK, re.ASCII),
    "date-time": _moment,
    "duration": re.compile(
        r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII
    ),
    "email": re.compile(rf"[A-Za-z0-9._%+-]+@{_LABEL}(\.{_LABEL})+", re.ASCII),
    "hostname": re.compile(rf"{_LABEL}(\.{_LABEL})*", re.ASCII),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+", re.ASCII),
    "ipv4": IPv4Address,
    "ipv6": IPv6Address,
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII),
}
