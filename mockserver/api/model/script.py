"""The scripts that scenarios give the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from mockserver.core.units import Count, Flag

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """
    A tool call; arguments written as text are sent unchanged, even if they are not JSON.

    ``name`` is the name of the tool. ``auto`` picks a tool of the request; if that tool has a
    schema, the given arguments are replaced by ones that the schema allows.
    """

    name: str
    arguments: Mapping[str, JsonValue] | str = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Script:
    """
    A script for the model.

    A script has at most one content: a ``text``, a ``json`` value, a number of ``tokens`` of prose
    (of JSON, if the request asks for JSON), or the ``echo`` of the last user message.
    ``tool_calls`` can accompany the content or stand alone. If a request forces a call, the
    arguments of the call get about ``tokens`` tokens, as far as their schema allows. ``reasoning``
    is the reasoning before the content; with a ``tag`` the reasoning is part of the content,
    between tags of that name. A scripted answer has no other reasoning. Without a script the
    request decides what the model says.

    Raises ValueError for more than one content, and for a tag without reasoning.
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
            raise ValueError("has a tag, but no reasoning to put into it")
        found = self._contents()
        if len(found) > 1:
            raise ValueError(
                f"has {' and '.join(found)}, but only one of text, json, tokens and echo is "
                "allowed; tool_calls and reasoning can accompany it"
            )

    @property
    def answers(self) -> bool:
        """Whether the script has content or tool calls, and not only reasoning."""
        return self.says or bool(self.tool_calls)

    @property
    def says(self) -> bool:
        """Whether the script has content."""
        return bool(self._contents())

    @property
    def plain(self) -> bool:
        """Whether the script sets nothing but the number of tokens."""
        content = self.text is not None or self.json is not None or self.echo
        return not content and not self.tool_calls and self.reasoning is None

    def _contents(self) -> list[str]:
        given = [name for name in ("text", "json", "tokens") if getattr(self, name) is not None]
        return [*given, "echo"] if self.echo else given
