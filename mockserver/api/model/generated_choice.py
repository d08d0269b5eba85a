"""One choice of a completion, as tokens: reasoning, content, tool calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, slots=True)
class Call:
    """
    A tool call; its ``pieces`` are the tokens of the arguments.

    The name counts as one more token, so a limit cuts before or after the name, never inside.
    """

    id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The arguments as the model wrote them: JSON, unless a limit cut them."""
        return "".join(self.pieces)

    @property
    def tokens(self) -> int:
        """How many tokens the call costs."""
        return 1 + len(self.pieces)


@dataclass(frozen=True, slots=True)
class Odds:
    """A token's log probability; ``others``: alternatives at its position (None: not requested)."""

    token: str
    logprob: float
    others: tuple[tuple[str, float], ...] | None

    @property
    def alternatives(self) -> tuple[tuple[str, float], ...]:
        """The likeliest tokens at this position, the token itself first; empty if not requested."""
        return () if self.others is None else ((self.token, self.logprob), *self.others)


class GeneratedChoice(NamedTuple):
    """
    One choice; a model writes reasoning, content and calls in this order.

    ``pieces`` are the tokens of the content. ``reasoning`` are reasoning tokens shown in a field of
    their own. ``hidden`` counts reasoning tokens that are not shown, ``raw`` those that are part of
    the content. ``prediction`` counts the accepted and the rejected tokens of a predicted output.
    ``odds`` are the log probabilities of the pieces, if requested. ``echo`` is the prompt if the
    request wants the prompt repeated before the content; ``echo_odds`` are the log probabilities of
    the prompt's tokens.
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
        """The content, or None if there is only reasoning or calls."""
        return None if not self.pieces and (self.calls or self.reasoning_tokens) else self.text

    @property
    def reasoning_tokens(self) -> int:
        """How many tokens the reasoning has, whether it is shown or not."""
        return self.hidden + self.raw + len(self.reasoning)

    @property
    def tokens(self) -> int:
        """How many tokens count towards limits and the bill."""
        rest = self.hidden + len(self.reasoning) + len(self.pieces)
        return rest + sum(call.tokens for call in self.calls) if self.calls else rest
