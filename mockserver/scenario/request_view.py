"""The parts of a request that a rule can inspect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.core.messages import Request

_NO_REQUEST = Request("", "")
# letters; results are cached for texts between these lengths, as longer ones take too much memory
_SHORT, _LONG = 2_000, 20_000


@dataclass
class RequestView:
    """
    A request as the rules of a scenario see it, even if the API would reject the request.

    ``about`` is the model named in the path. ``attempt`` is the number of this attempt at the
    logical call, from 1. ``read`` is the body if it has been parsed already. Costly values are
    computed when a rule first uses them.
    """

    endpoint: str | None = None
    about: str = ""
    request: Request = _NO_REQUEST
    attempt: int = 1
    read: Mapping[str, Any] | None = None

    @property
    def body(self) -> Mapping[str, Any]:
        """The JSON object that the app sent."""
        if self.read is None:
            self.read = self.request.document
        return self.read

    @property
    def model(self) -> str:
        """The id of the requested model."""
        return str(self.body.get("model", self.about))

    @property
    def stream(self) -> bool:
        """Whether the client wants server-sent events."""
        return bool(self.body.get("stream"))

    @property
    def key(self) -> str | None:
        """The API key, or None without one."""
        return self.request.key

    @cached_property
    def prompt(self) -> str:
        """The text of all messages, or the prompt of an endpoint without messages."""
        return "\n".join(self._texts)

    @cached_property
    def short(self) -> bool:
        """Whether the prompt is so short that a search takes less time than a cache look-up."""
        return len(self.prompt) <= _SHORT

    def says(self, words: str) -> bool:
        """Return whether the prompt contains the words; for long texts, the results are cached."""
        if not words or "\n" in words:  # words without a line break lie within one text
            return words in self.prompt
        long, others = self._passages
        return words in others or any(_is_in(words, one) for one in long)

    @cached_property
    def _texts(self) -> list[str]:
        return _texts_of(self.body)

    @cached_property
    def _passages(self) -> tuple[list[str], str]:
        """The texts for which results are cached, and all other texts joined."""
        long = [one for one in self._texts if _SHORT < len(one) < _LONG]
        return long, "\n".join([one for one in self._texts if not _SHORT < len(one) < _LONG])

    @cached_property
    def messages(self) -> int:
        """The number of messages; 0 for an endpoint without messages."""
        messages = self.body.get("messages")
        return len(messages) if isinstance(messages, list) else 0

    @cached_property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that are offered to the model."""
        tools = self.body.get("tools")
        functions = [_get(tool, "function") for tool in (tools if isinstance(tools, list) else ())]
        return tuple(str(_get(function, "name")) for function in functions)

    def at(self, path: str, find: Callable[[Any], list[Any]]) -> list[Any]:
        """Return the values that ``find`` finds in the body; the result is cached by ``path``."""
        if path not in self._found:
            self._found[path] = find(self.body)
        return self._found[path]

    @cached_property
    def _found(self) -> dict[str, list[Any]]:
        return {}


@lru_cache(maxsize=512)
def _is_in(words: str, text: str) -> bool:
    return words in text


def _texts_of(body: Mapping[str, Any]) -> list[str]:
    messages = body.get("messages")
    if isinstance(messages, list):
        return [text for text in map(_text_of, messages) if text is not None]
    others = (body.get(row.text) for row in ENDPOINTS.values() if row.text not in ("", "messages"))
    text = next(filter(None, others), "")
    return [*map(str, text)] if isinstance(text, list) else [str(text)]


def _text_of(message: Any) -> str | None:
    """Return the text of a message, one line per part; None if it has no content."""
    content = _get(message, "content")
    if not content:
        return None
    if isinstance(content, list):
        return "\n".join(str(_get(part, "text") or "") for part in content)
    return str(content)


def _get(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, dict) else None
