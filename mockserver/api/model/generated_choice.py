"""What one choice of a completion holds, as tokens: thoughts, content, calls of tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, slots=True)
class Call:
    """
    A call of a tool; its ``pieces`` are the tokens of the arguments.

    The name is one token more: a limit falls before or behind it, never inside.
    """

    id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The arguments as the model wrote them: JSON, unless it was cut off."""
        return "".join(self.pieces)

    @property
    def tokens(self) -> int:
        """The tokens that the call costs."""
        return 1 + len(self.pieces)


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely a token was, and ``others`` in its place; None where nobody asked for them."""

    token: str
    logprob: float
    others: tuple[tuple[str, float], ...] | None

    @property
    def alternatives(self) -> tuple[tuple[str, float], ...]:
        """The likeliest tokens in its place, itself the first; empty where nobody asked."""
        return () if self.others is None else ((self.token, self.logprob), *self.others)


class GeneratedChoice(NamedTuple):
    """
    One choice, in the order in which it is written: thoughts, content, calls.

    ``pieces`` are the tokens of the content, ``reasoning`` those of thoughts that are shown apart
    from it. Of the thoughts that are not, ``hidden`` tokens are shown nowhere and ``raw`` ones
    stand in the content. ``prediction`` counts the accepted and the rejected tokens of a predicted
    output, ``odds`` has an entry for each piece when they were asked for, ``echo`` is the prompt
    where it is repeated before the content, and ``echo_odds`` are those of its tokens.
    """

    pieces: tuple[str, ...]
    finish_reason: FinishReason
    reasoning: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    hidden: int = 0
    raw: int = 0
    prediction: tuple[int, int] | None = None
    odds: tuple[Odds, ...] | None = None
    echo: str = ""
    echo_odds: tuple[Odds, ...] = ()

    @property
    def text(self) -> str:
        """The whole content."""
        return "".join(self.pieces)

    @property
    def content(self) -> str | None:
        """The content, or None when the model came to thoughts or calls only."""
        return None if not self.pieces and (self.calls or self.reasoning_tokens) else self.text

    @property
    def reasoning_tokens(self) -> int:
        """The tokens of the thoughts, wherever they are shown."""
        return self.hidden + self.raw + len(self.reasoning)

    @property
    def tokens(self) -> int:
        """All tokens: what a limit limits and what is paid for."""
        rest = self.hidden + len(self.reasoning) + len(self.pieces)
        return rest + sum(call.tokens for call in self.calls) if self.calls else rest
