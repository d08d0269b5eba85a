"""What a scenario lets the model say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from mockserver.quantities import Count


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """A call of a tool; arguments that are a text stand there as they are, JSON or not."""

    name: str
    arguments: Mapping[str, JsonValue] | str = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Reply:
    """
    A script for the model.

    What it says is a ``text``, a ``json`` value, prose of so many ``tokens``, or the ``echo`` of
    the last user message, the first of them that is given; ``tool_calls`` may come with it or
    alone. ``reasoning`` is what it thinks before. A scripted answer comes without thoughts of the
    model's own; without a script the request decides what the model says.
    """

    text: str | None = None
    tokens: Count | None = None
    json: JsonValue = None
    echo: bool = False
    tool_calls: tuple[ScriptedCall, ...] = ()
    reasoning: str | None = None

    @property
    def answers(self) -> bool:
        """Whether the script has an answer, and not only thoughts."""
        return self.says or bool(self.tool_calls)

    @property
    def says(self) -> bool:
        """Whether the script has content."""
        return (
            self.text is not None or self.tokens is not None or self.json is not None or self.echo
        )
