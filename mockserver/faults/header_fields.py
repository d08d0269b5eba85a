"""Header fields that a scenario adds, replaces or removes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from mockserver.plan import Headers, Plan, with_head

from .base import Context

_FRAMING = ("content-length", "transfer-encoding")
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class HeaderChanges:
    """
    Add, replace or remove header fields.

    ``set`` replaces fields of the same name. ``remove`` removes fields. For example, after a 429
    without ``retry-after``, the SDKs wait only half a second and then a second. So they use up
    their three attempts long before the quota's minute is over.
    """

    set: Mapping[str, str] = field(default_factory=dict[str, str])
    remove: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.set)

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Change the head."""
        return with_fields(plan, self.set, without=self.remove)


@dataclass(frozen=True, slots=True)
class ContentType:
    """
    Send a wrong media type, or none if there is no ``value``; the body is unchanged.

    The SDKs of Cerebras (Python, Node) and OpenAI's SDK for Node then return a ``str`` typed as a
    completion. aiohttp refuses to parse the body. The requests library decodes ``text/html`` as
    Latin-1 and garbles every letter outside ASCII. All these clients read streams correctly.
    """

    value: str | None = None

    def __post_init__(self) -> None:
        check({} if self.value is None else {"content-type": self.value})

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace or remove the field."""
        if self.value is None:
            return with_fields(plan, {}, without=("content-type",))
        return with_fields(plan, {"content-type": self.value})


def check(fields: Mapping[str, str]) -> None:
    """Raise ValueError for a field that can't be sent, or that would break the framing."""
    for name, value in fields.items():
        if name.lower() in _FRAMING:
            raise ValueError(f"the mock itself sets {name!r}, because this header frames the body")
        if not _TOKEN.fullmatch(name) or not value.isprintable():
            raise ValueError(f"{name!r}: {value!r} is not a header field (RFC 9110, 5.1)")


def changed(
    fields: Headers, changes: Mapping[str, str], *, without: Collection[str] = ()
) -> Headers:
    """Return the fields with some removed, and others replaced or added at the end."""
    added = tuple((name.lower(), value) for name, value in changes.items())
    gone = {name.lower() for name in (*without, *changes)}
    return (*(one for one in fields if one[0] not in gone), *added)


def with_fields(plan: Plan, changes: Mapping[str, str], *, without: Collection[str] = ()) -> Plan:
    """Return the plan with changed fields in its head."""
    return with_head(
        plan, lambda head: replace(head, headers=changed(head.headers, changes, without=without))
    )
