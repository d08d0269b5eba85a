"""
Which regular expressions take for ever.

``(a+)+`` can cut a text into repetitions in as many ways as there are, and tries all of them before
it gives up: thirty letters keep it busy for hours, and with it the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<open>\((?:\?(?:P?<\w+>|<?[=!]|>|[aiLmsux-]*:|\(\w+\)|P=\w+|[aiLmsux]+))?)
    | (?P<close>\))
    | (?P<or>\|)
    | (?P<times>(?:[*+?]|\{\d*,\d*\}|\{\d+\})[?+]?)
    | (?P<edge>[\^$]|\\[AbBZ])
    | (?P<one>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDLESS = re.compile(r"[*+]|\{\d*,\}")


@dataclass(slots=True)
class _Group:
    """
    A group that is being read.

    ``loops`` says whether one of its alternatives is of nothing but endless repetitions and what
    may be left out; ``repeats`` and ``holds`` whether the present one has such a repetition, and
    anything that must be there. What an ``atomic`` group has matched is never tried anew.
    """

    atomic: bool = False
    loops: bool = False
    repeats: bool = False
    holds: bool = False

    def end_alternative(self) -> None:
        self.loops = self.loops or (self.repeats and not self.holds and not self.atomic)
        self.repeats = self.holds = False

    def add(self, times: str, *, loops: bool) -> None:
        """Add what ``loops`` or not, and is to be repeated so many ``times``."""
        given_up = len(times) > 1 and times.endswith("+")  # a repetition that is never tried anew
        optional = times.startswith(("*", "?", "{0,", "{,"))
        self.repeats = self.repeats or loops or bool(_ENDLESS.match(times) and not given_up)
        self.holds = self.holds or not (optional or loops or (times and not given_up))


def endless(pattern: str) -> str:
    """
    Return the part of a regular expression that repeats a repetition; empty where none does.

    >>> endless("x(a+)+$"), endless("(?:word +)*"), endless("(?:a++)+")
    ('(a+)+', '', '')
    """
    groups, starts = [_Group()], [0]
    tokens = list(_TOKEN.finditer(pattern))
    for at, token in enumerate(tokens):
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        times = behind[0] if behind and behind.lastgroup == "times" else ""
        match token.lastgroup:
            case "open":
                groups.append(_Group(atomic=token[0] == "(?>"))
                starts.append(token.start())
            case "close" if len(groups) > 1:
                group, start = groups.pop(), starts.pop()
                group.end_alternative()
                if group.loops and behind and _repeats(times):
                    return pattern[start : behind.end()]
                groups[-1].add(times, loops=group.loops)
            case "or":
                groups[-1].end_alternative()
            case "one":
                groups[-1].add(times, loops=False)
            case _:
                pass  # an edge is no letter, and a number of times has been looked at
    return ""


def _repeats(times: str) -> bool:
    return bool(_ENDLESS.match(times)) and not (len(times) > 1 and times.endswith("+"))
