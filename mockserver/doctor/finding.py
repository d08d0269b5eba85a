"""What ``doctor`` reports about one mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockserver.verdicts.mistakes import Explanation, Severity

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # these may move the cursor of a terminal
_SEVERITIES: tuple[Severity, ...] = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A mistake and its place.

    ``place`` is the path of a file, the name of a variable of the environment, or packages and
    their versions; ``line`` counts from 1, and is 0 if the place is not a file. ``rule`` is the
    name of the mistake. ``what`` and ``fix`` are sentences without a full stop; neither contains an
    API key. ``source`` is a public report of the mistake. ``more`` counts further lines of the same
    file with the same mistake.
    """

    place: str
    line: int
    rule: str
    severity: Severity
    what: str
    fix: str
    source: str
    more: int = 0

    @classmethod
    def at(cls, place: str, line: int, found: Explanation) -> Finding:
        """Return the finding of a mistake at a place."""
        return cls(place, line, found.name, found.severity, found.what, found.fix, found.source)

    @property
    def rank(self) -> tuple[int, str, int, str]:
        """The key that sorts findings by severity, the worst first, and then by place."""
        return _SEVERITIES.index(self.severity), self.place, self.line, self.rule

    def text(self) -> str:
        """Return the finding as one line."""
        place = _CONTROL.sub("?", self.place)
        where = f"{place}:{self.line}" if self.line else place
        more = f" (and {self.more} more)" * bool(self.more)
        return f"{where}: {self.severity}: {self.what}; {self.fix}{more} [{self.rule}]"
