"""What a scenario lets the model say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from mockserver.core.units import Count, Flag

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """
    A call of a tool; arguments that are a text stand there as they are, JSON or not.

    ``name`` is that of the tool, or ``auto``: one that the request offers, with arguments that its
    schema allows in the place of these, if it says anything of them.
    """

    name: str
    arguments: Mapping[str, JsonValue] | str = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Reply:
    """
    A script for the model.

    What it says is one content at most: a ``text``, a ``json`` value, so many ``tokens`` of prose,
    or of JSON for a request that wants JSON, or the ``echo`` of the last user message;
    ``tool_calls`` may come with it or alone. Where a request forces a call, ``tokens`` is about how
    long its arguments are, as far as their schema allows. ``reasoning`` is what it thinks before,
    in the content between tags that are called ``tag`` when there is one. A scripted answer comes
    without thoughts of the model's own; without a script the request decides what the model says.

    Raises ValueError for several contents, and for a tag around nothing.
    """

    text: str | None = None
    tokens: Count | None = None
    json: JsonValue = None
    echo: Flag = False
    tool_calls: tuple[ScriptedCall, ...] = ()
    reasoning: str | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        if self.tag is not None and self.reasoning is None:
            raise ValueError("has a tag and no reasoning to stand in it")
        found = self._contents()
        if len(found) > 1:
            raise ValueError(
                f"has {' and '.join(found)}: of text, json, tokens and echo there may be one at "
                "most; tool_calls and reasoning may stand beside it"
            )

    @property
    def answers(self) -> bool:
        """Whether the script has an answer, and not only thoughts."""
        return self.says or bool(self.tool_calls)

    @property
    def says(self) -> bool:
        """Whether the script has content."""
        given = self.text is not None or self.tokens is not None or self.json is not None
        return given or self.echo

    @property
    def plain(self) -> bool:
        """Whether it scripts nothing, or nothing but so many tokens."""
        content = self.text is not None or self.json is not None or self.echo
        return not content and not self.tool_calls and self.reasoning is None

    def _contents(self) -> list[str]:
        given = [name for name in ("text", "json", "tokens") if getattr(self, name) is not None]
        return [*given, "echo"] if self.echo else given
