"""
Decides what the model says: what a scenario scripts, else what the request asks for.

Without a script, in this order: calls of tools, JSON for a ``response_format``, prose, which goes
on as long as ``min_tokens`` wants. A script that only says how long the content is has JSON there,
too. A stop sequence ends the content, the completion limit ends all
of it: thoughts, content and calls together, in this order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from random import Random
from typing import Any, NamedTuple

from mockserver.api.contract.edition import Model
from mockserver.core.seeding import HexStream, SeededText

from . import instances, logprobs, prose, thinking, tokens, tools, wishes
from .conversation import last_user_text, results, task
from .endings import ends_run
from .reply import AUTO, Reply
from .said import Call, FinishReason, Said

_MOST_PROLONGED = 50_000
_LONG = 8  # words in the arguments of a call that is scripted for any tool
_TRIES = 4  # two do, but where tokens join
_MOST_ODDS = 100_000  # half a second, and some 7 MB of JSON
# what most requests are made of; nothing else in them decides what is said
_SIMPLE = frozenset(
    {
        *("model", "messages", "prompt", "max_tokens", "max_completion_tokens"),
        *("stream", "stream_options", "temperature", "top_p", "seed", "user"),
    }
)


class Ask(NamedTuple):
    """
    Who is asked for what: a valid request body, and the completion tokens it may get.

    ``beside`` is how many completions the same request asks for, this one included: they share what
    one response can have of ``min_tokens`` and of odds, so that none takes the mock long.
    """

    body: Mapping[str, Any]
    model: Model
    limit: int
    beside: int = 1


@dataclass(frozen=True, slots=True)
class _Thoughts:
    """What is thought before the answer; with a ``tag``, shown in it whatever was asked for."""

    text: str
    tag: str | None

    @property
    def raw(self) -> str:
        return thinking.tagged(self.text, self.tag or thinking.TAG)


def say(reply: Reply, ask: Ask, seeded: SeededText, ids: HexStream) -> Said:
    """Return what the model says; ``seeded`` draws the words, ``ids`` the ids of calls."""
    body = ask.body
    simple = reply.plain and _SIMPLE.issuperset(body) and not _may_think(ask)
    if simple and _wish(body) is None:  # by far the most
        return _within(ask.limit, _prose(seeded, reply.tokens))
    scripted = reply.answers
    pieces: Sequence[str]
    if reply.tokens is not None and not reply.tool_calls and tools.must_call(body):
        pieces, calls = (), _calls(ask, seeded, ids, "".join(_prose(seeded, reply.tokens)))
    elif scripted:
        pieces, calls = _scripted(reply, ask, seeded), _scripted_calls(reply, ask, seeded, ids)
    else:
        calls = _calls(ask, seeded, ids)
        pieces = [] if calls else _content(ask, seeded)
    thoughts = reply.reasoning or ""
    if reply.reasoning is None and not scripted and _may_think(ask):
        thoughts = thinking.thoughts(body, ask.model, seeded)
    least = 0 if scripted or calls or _wish(body) else _least(ask, thoughts)
    if least > len(pieces):
        pieces = prose.prolonged(seeded.random, pieces, least)
    stopped = until_stop(pieces[least:], body.get("stop"))
    said = [*pieces[:least], *stopped] if least else stopped
    limited = _limited(_Thoughts(thoughts, reply.tag), said, calls, ask)
    return _with_extras(limited, ask, seeded)


def _may_think(ask: Ask) -> bool:
    return ask.model.reasoning and "messages" in ask.body


def _prose(seeded: SeededText, length: int | None = None) -> prose.Pieces:
    return prose.answer(seeded.seed) if length is None else prose.of_length(seeded.seed, length)


def _least(ask: Ask, thoughts: str) -> int:
    """
    Return the tokens of content that there must be: thoughts count, no more than the limit.

    -1 is as much as there may be, says the server's OpenAPI document.
    """
    asked = ask.body.get("min_completion_tokens")
    asked = ask.body.get("min_tokens") if asked is None else asked
    if not asked:
        return 0
    most = min(ask.limit, _MOST_PROLONGED // ask.beside)
    least = most if asked == -1 else min(asked, most)
    return max(0, least - tokens.count(thoughts))


def _wish(body: Mapping[str, Any]) -> wishes.Wish | None:
    """Return the JSON that a request asks for, by its ``response_format`` or in words."""
    form = body.get("response_format") or {"type": "text"}
    if form["type"] == "text":
        return wishes.in_words(body)
    if "json_schema" in form:
        return wishes.Wish(form["json_schema"].get("schema"), task(body))
    return (wishes.in_words(body) or wishes.Wish(about=task(body)))._replace(fenced=False)


def until_stop(pieces: Sequence[str], stop: str | Sequence[str] | None) -> Sequence[str]:
    """
    Return the tokens before the first stop sequence, which may begin and end inside of a token.

    >>> until_stop(["one", " two", " three"], ["o t"])
    ['one', ' tw']
    """
    if not stop:
        return pieces
    text = "".join(pieces)
    found = (text.find(one) for one in ([stop] if isinstance(stop, str) else stop) if one)
    ends = [at for at in found if at >= 0]
    return tokens.pieces(text[: min(ends)]) if ends else pieces


def _scripted(reply: Reply, ask: Ask, seeded: SeededText) -> Sequence[str]:
    if reply.text is not None:
        return tokens.pieces(reply.text)
    if reply.json is not None:
        return tokens.pieces(_json(reply.json, ask.model))
    if reply.tokens is not None:
        return _of_length(ask, seeded, reply.tokens)
    return tokens.pieces(last_user_text(ask.body)) if reply.echo else []


def _of_length(ask: Ask, seeded: SeededText, length: int) -> Sequence[str]:
    """Return so many tokens: of prose, or of JSON as far as a string of it may be long enough."""
    wish = _wish(ask.body)
    if wish is None:
        return _prose(seeded, length)
    said: list[str] = []
    text = length
    for _ in range(_TRIES):  # how the string grows together with the rest is seen afterwards
        said = _json_content(wish, ask, seeded.fresh_random(), "".join(_prose(seeded, text)))
        text += length - len(said)
        if len(said) == length or text < 1:
            break
    return said


def _scripted_calls(reply: Reply, ask: Ask, seeded: SeededText, ids: HexStream) -> tuple[Call, ...]:
    calls = []
    for one in reply.tool_calls:
        offered = tools.automatic(ask.body) if one.name == AUTO else None
        name = offered["name"] if offered else one.name
        made = _long_arguments(offered, ask.body, seeded.random) if offered else {}
        arguments = made or one.arguments
        calls.append(_call(name, arguments, ask.model, ids))
    return tuple(calls)


def _calls(
    ask: Ask, seeded: SeededText, ids: HexStream, text: str | None = None
) -> tuple[Call, ...]:
    """Return the calls that a request is for; a ``text`` stands in their arguments where it may."""
    if not ask.body.get("tools"):
        return ()
    functions = tools.wanted(ask.body)
    beside = len(functions)
    return tuple(
        _call(one["name"], _arguments(one, ask.body, seeded.random, text, beside), ask.model, ids)
        for one in functions
    )


def _arguments(
    function: tools.Function,
    body: Mapping[str, Any],
    random: Random,
    text: str | None = None,
    beside: int = 1,
) -> dict[str, Any]:
    """Return arguments that fit the conversation; none where the parameters are of no object."""
    given = function.get("parameters") or {}
    schema = {"type": "object", **{key: one for key, one in given.items() if one != []}}
    if "object" not in schema["type"]:
        return {}
    found = "\n".join(results(body)) if ends_run(function) else ""
    mentions = instances.Mentions(task(body), found)
    made = instances.instance(schema, random, text, mentions, beside)
    return made if isinstance(made, dict) else {}


def _long_arguments(
    function: tools.Function, body: Mapping[str, Any], random: Random
) -> dict[str, Any]:
    """Return arguments with a long string in them, where one may be, so that a cut can hit them."""
    return _arguments(function, body, random, prose.words(random, _LONG))


def _call(name: str, arguments: Mapping[str, Any] | str, model: Model, ids: HexStream) -> Call:
    text = arguments if isinstance(arguments, str) else _json(arguments, model)
    return Call(ids.draw(9), name, tuple(tokens.pieces(text)))


def _content(ask: Ask, seeded: SeededText) -> Sequence[str]:
    wish = _wish(ask.body)
    return _prose(seeded) if wish is None else _json_content(wish, ask, seeded.random)


def _json_content(
    wish: wishes.Wish, ask: Ask, random: Random, text: str | None = None
) -> list[str]:
    """Return the JSON that a request wants; a ``text`` stands in it where it may."""
    if wish.schema is None:
        made = instances.json_object(random, text)
    else:
        made = instances.instance(wish.schema, random, text, instances.Mentions(wish.about))
    said = _json(made, ask.model)
    return tokens.pieces(wishes.fenced(said) if wish.fenced else said)


def _json(value: object, model: Model) -> str:
    """Return JSON as a model writes it: recorded with spaces where calls come whole, else none."""
    separators = (", ", ": ") if model.whole_tool_calls else (",", ":")
    return json.dumps(value, ensure_ascii=False, separators=separators)


def _with_extras(said: Said, ask: Ask, seeded: SeededText) -> Said:
    """Add what a request may ask for on top: odds, the fate of a prediction, the prompt again."""
    body = ask.body
    if body.get("prediction"):
        said = said._replace(prediction=_accepted(said, body["prediction"]))
    if body.get("echo"):
        said = said._replace(echo=last_user_text(body))
    top = logprobs.wanted(body)
    return said if top is None else _with_odds(said, top, ask, seeded.random)


def _with_odds(said: Said, top: int, ask: Ask, random: Random) -> Said:
    """Add the odds of what is said, prompt included, as far as there is room for them."""
    room = _MOST_ODDS // ask.beside // (top + 1)
    prompt = tokens.pieces(said.echo)
    odds = logprobs.drawn(said.pieces[:room], top, random)
    before = logprobs.of_prompt(prompt[:room], top, random)
    return said._replace(odds=odds if len(before) == len(prompt) else (), echo_odds=before)


def _accepted(said: Said, prediction: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many tokens of a predicted output were said as predicted, and how many not."""
    content = prediction["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    predicted = tokens.pieces(text)
    pairs = zip(predicted, said.pieces, strict=False)
    accepted = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return accepted, len(predicted) - accepted


def _limited(thoughts: _Thoughts, pieces: Sequence[str], calls: tuple[Call, ...], ask: Ask) -> Said:
    """Put the parts together as far as the limit reaches."""
    if not thoughts.text and not calls:
        return _within(ask.limit, pieces)
    finish: FinishReason = "tool_calls" if calls else "stop"
    room = ask.limit
    shown = "raw" if thoughts.tag else thinking.shown(ask.body, ask.model)
    thought = tokens.pieces(thoughts.raw if shown == "raw" else thoughts.text)
    if len(thought) + len(pieces) + sum(call.tokens for call in calls) > room:
        finish = "length"
        thought = thought[:room]
        room -= len(thought)
        pieces = pieces[:room]
        calls = _first(calls, room - len(pieces))
    if not thought:
        return Said(tuple(pieces), finish, calls=calls)
    if shown == "raw":
        return Said((*thought, *pieces), finish, calls=calls, raw=len(thought))
    if shown == "hidden":
        return Said(tuple(pieces), finish, calls=calls, hidden=len(thought))
    return Said(tuple(pieces), finish, tuple(thought), calls)


def _within(room: int, pieces: Sequence[str]) -> Said:
    """Return a content as far as there is room for it."""
    return Said(tuple(pieces[:room]), "length" if len(pieces) > room else "stop")


def _first(calls: tuple[Call, ...], room: int) -> tuple[Call, ...]:
    """Return the calls that begin within so many tokens, the last of them cut."""
    begun = []
    for call in calls:
        if room < 1:
            break
        begun.append(replace(call, pieces=call.pieces[: room - 1]))
        room -= call.tokens
    return tuple(begun)
