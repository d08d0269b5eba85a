"""
The parts of a chat that apps send repeatedly: messages and tools.

An app sends the whole history of a conversation with each request. The size of each part is
computed only once.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from mockserver.api.model import tokens


class Part:
    """
    A part of a chat, equal to the plain value from JSON. A part is never changed.

    ``size`` has the number of letters in the part's texts, the number of tokens in these texts, and
    the number of tokens that the part costs.
    """

    def __repr__(self) -> str:
        """Return the ``repr`` of the plain value."""
        return self._written

    @cached_property
    def _written(self) -> str:
        return super().__repr__()

    @cached_property
    def size(self) -> tuple[int, int, int]:  # noqa: D102 (above)
        meter = tokens.Meter()
        cost = self._count(meter)
        return meter.letters, meter.tokens, cost

    def _count(self, meter: tokens.Meter) -> int:
        raise NotImplementedError


class Message(Part, dict[str, Any]):
    """A message of a chat."""

    def _count(self, meter: tokens.Meter) -> int:
        return tokens.count_message(self, meter)


class Tools(Part, list[dict[str, Any]]):
    """The tools of a chat."""

    def _count(self, meter: tokens.Meter) -> int:
        return tokens.count_tools(self, meter)
