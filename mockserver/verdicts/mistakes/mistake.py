"""A row of the table of set-up mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Literal, TypeAlias

from mockserver.core.credentials import redacted
from mockserver.core.errors import shortened

from .setup import Setup

Condition: TypeAlias = Callable[[Setup], bool]
Severity: TypeAlias = Literal["error", "warning"]
"""``error``: no request can succeed. ``warning``: requests succeed until something goes wrong."""

_LONGEST = 400  # characters of a value in a sentence


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
        what, fix = (
            _printable(_SENTENCE.format(text, it=setup, **facts)) for text in (self.what, self.fix)
        )
        return Explanation(self.name, what, fix, self.source, self.severity)


class _Sentence(Formatter):
    """Shortens the values in a sentence, because a client may send very long ones."""

    def format_field(self, value: object, format_spec: str) -> str:
        # half a key may no longer look like one, so keys are redacted before the cut
        return shortened(redacted(str(super().format_field(value, format_spec))), _LONGEST)


_SENTENCE = _Sentence()


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
