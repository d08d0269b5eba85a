"""A row of the table of set-up mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mockserver.core.credentials import redacted

from .setup import Setup

Condition: TypeAlias = Callable[[Setup], bool]
Severity: TypeAlias = Literal["error", "warning"]
"""``error``: no request can succeed. ``warning``: requests succeed until something goes wrong."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """
    A mistake in how a client is set up: the condition for it, what is wrong, and the fix.

    ``what`` and ``fix`` are sentences for users, without a full stop; their placeholders are
    ``it``, which is the ``Setup``, and the keys of ``facts``. ``source`` is a public report of the
    mistake.
    """

    name: str
    when: Condition
    what: str
    fix: str
    source: str
    severity: Severity = "error"
    facts: Callable[[Setup], dict[str, object]] = lambda _: {}

    def explained(self, setup: Setup) -> Explanation:
        """Return the explanation for a set-up that makes this mistake."""
        facts = self.facts(setup)
        what, fix = (_printable(text.format(it=setup, **facts)) for text in (self.what, self.fix))
        return Explanation(self.name, what, fix, self.source, self.severity)


def _printable(text: str) -> str:
    """Return a text without keys and control characters; a path may contain both."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in redacted(text))


@dataclass(frozen=True, slots=True)
class Explanation:
    """The mistake in a set-up, and its fix; the fields are as in ``Mistake``."""

    name: str
    what: str
    fix: str
    source: str
    severity: Severity
