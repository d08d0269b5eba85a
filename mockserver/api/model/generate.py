"""
Generates one choice, from the script of a scenario or, without a script, from the request.

Without a script the model calls tools if any fit. Otherwise it writes the JSON that the request
asks for, or prose of at least ``min_tokens``. A script that only sets a length also gives JSON if
the request asks for JSON. A stop sequence ends the content. The completion limit applies to
reasoning, content and calls together, in this order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from random import Random
from typing import Any, NamedTuple

from mockserver.api.contract.edition import Model, ShownReasoning
from mockserver.core.seeding import HexStream, SeededText

from . import json_samples, logprobs, prose, reasoning, requested_json, tokens, tools
from .conversation import last_user_text, results, task
from .final_tools import Function, ends_run
from .generated_choice import Call, FinishReason, GeneratedChoice
from .script import AUTO, Script

_MOST_PROLONGED = 50_000
_LONG = 8  # words in the arguments of a scripted call that names no tool
_TRIES = 4  # attempts to reach a length; two are usually enough, unless tokens merge
_MOST_ODDS = 100_000  # log probabilities; so many take half a second and about 7 MB of JSON
# a request with no other fields needs none of the slower steps
_SIMPLE = frozenset(
    {
        *("model", "messages", "prompt", "max_tokens", "max_completion_tokens"),
        *("stream", "stream_options", "temperature", "top_p", "seed", "user"),
    }
)


class GenerationRequest(NamedTuple):
    """
    A valid request body for a model; ``limit`` is in completion tokens.

    ``beside`` counts the completions of the same HTTP request, this one included. These completions
    share the mock's own bounds on ``min_tokens`` and on log probabilities, so that no response
    takes long.
    """

    body: Mapping[str, Any]
    model: Model
    limit: int
    beside: int = 1


def generate(
    script: Script, request: GenerationRequest, seeded: SeededText, ids: HexStream
) -> GeneratedChoice:
    """Return a choice; its words are drawn from ``seeded``, the ids of its calls from ``ids``."""
    body = request.body
    simple = script.plain and _SIMPLE.issuperset(body) and not _may_reason(request)
    if simple and _wanted_json(body) is None:  # most requests
        return _within(request.limit, _prose(seeded, script.tokens))
    scripted = script.answers
    pieces: Sequence[str]
    if script.tokens is not None and not script.tool_calls and tools.must_call(body):
        pieces, calls = (), _calls(request, seeded, ids, "".join(_prose(seeded, script.tokens)))
    elif scripted:
        pieces, calls = (
            _scripted(script, request, seeded),
            _scripted_calls(script, request, seeded, ids),
        )
    else:
        calls = _calls(request, seeded, ids)
        pieces = [] if calls else _content(request, seeded)
    thoughts = script.reasoning or ""
    if script.reasoning is None and not scripted and _may_reason(request):
        thoughts = reasoning.generate(body, request.model, seeded)
    least = 0 if scripted or calls else _least(request, thoughts)
    if least and _wanted_json(body):
        least = 0
    if least > len(pieces):
        pieces = prose.prolonged(seeded.random, pieces, least)
    stopped = until_stop(pieces[least:], body.get("stop"))
    content = [*pieces[:least], *stopped] if least else stopped
    shown = "raw" if script.tag else reasoning.shown(body, request.model)
    if shown == "raw":
        thoughts = reasoning.tagged(thoughts, script.tag or reasoning.TAG)
    limited = _limited(tokens.pieces(thoughts), content, calls, request.limit, shown)
    return _with_extras(limited, request, seeded)


def _may_reason(request: GenerationRequest) -> bool:
    return request.model.reasoning and "messages" in request.body


def _prose(seeded: SeededText, length: int | None = None) -> prose.Pieces:
    return prose.answer(seeded.seed) if length is None else prose.of_length(seeded.seed, length)


def _least(request: GenerationRequest, thoughts: str) -> int:
    """
    Return how many tokens of content ``min_tokens`` demands beyond the reasoning.

    The completion limit bounds this number. A ``min_tokens`` of -1 means the completion limit, as
    in the server's OpenAPI document.
    """
    asked = request.body.get("min_completion_tokens")
    asked = request.body.get("min_tokens") if asked is None else asked
    if not asked:
        return 0
    most = min(request.limit, _MOST_PROLONGED // request.beside)
    least = most if asked == -1 else min(asked, most)
    return max(0, least - tokens.count(thoughts))


def _wanted_json(body: Mapping[str, Any]) -> requested_json.RequestedJson | None:
    """Return which JSON a request asks for, in ``response_format`` or in its messages."""
    form = body.get("response_format") or {"type": "text"}
    if form["type"] == "text":
        return requested_json.in_words(body)
    if "json_schema" in form:
        return requested_json.RequestedJson(form["json_schema"].get("schema"), task(body))
    return (
        requested_json.in_words(body) or requested_json.RequestedJson(about=task(body))
    )._replace(fenced=False)


def until_stop(pieces: Sequence[str], stop: str | Sequence[str] | None) -> Sequence[str]:
    """
    Return the tokens before the first stop sequence, which may begin or end inside a token.

    >>> until_stop(["one", " two", " three"], ["o t"])
    ['one', ' tw']
    """
    if not stop:
        return pieces
    text = "".join(pieces)
    found = (text.find(one) for one in ([stop] if isinstance(stop, str) else stop) if one)
    ends = [at for at in found if at >= 0]
    return tokens.pieces(text[: min(ends)]) if ends else pieces


def _scripted(script: Script, request: GenerationRequest, seeded: SeededText) -> Sequence[str]:
    if script.text is not None:
        return tokens.pieces(script.text)
    if script.json is not None:
        return tokens.pieces(_json(script.json, request.model))
    if script.tokens is not None:
        return _of_length(request, seeded, script.tokens)
    return tokens.pieces(last_user_text(request.body)) if script.echo else []


def _of_length(request: GenerationRequest, seeded: SeededText, length: int) -> Sequence[str]:
    """Return ``length`` tokens of prose or of JSON; the schema may make JSON shorter or longer."""
    wanted = _wanted_json(request.body)
    if wanted is None:
        return _prose(seeded, length)
    content: list[str] = []
    text = length
    for _ in range(_TRIES):  # only a trial shows how long the JSON gets
        content = _json_content(
            wanted, request, seeded.fresh_random(), "".join(_prose(seeded, text))
        )
        text += length - len(content)
        if len(content) == length or text < 1:
            break
    return content


def _scripted_calls(
    script: Script, request: GenerationRequest, seeded: SeededText, ids: HexStream
) -> tuple[Call, ...]:
    calls = []
    for one in script.tool_calls:
        offered = tools.automatic(request.body) if one.name == AUTO else None
        name = offered["name"] if offered else one.name
        made = {}
        if offered:  # a long string, so that a token limit can cut the arguments
            text = prose.words(seeded.random, _LONG)
            made = _arguments(offered, request.body, seeded.random, text)
        calls.append(_call(name, made or one.arguments, request.model, ids))
    return tuple(calls)


def _calls(
    request: GenerationRequest, seeded: SeededText, ids: HexStream, text: str | None = None
) -> tuple[Call, ...]:
    """Return the model's calls, with ``text`` in their arguments where the schema allows it."""
    if not request.body.get("tools"):
        return ()
    functions = tools.wanted(request.body)
    beside = len(functions)
    return tuple(
        _call(
            one["name"],
            _arguments(one, request.body, seeded.random, text, beside),
            request.model,
            ids,
        )
        for one in functions
    )


def _arguments(
    function: Function,
    body: Mapping[str, Any],
    random: Random,
    text: str | None = None,
    beside: int = 1,
) -> dict[str, Any]:
    """Return arguments that fit the conversation; empty if the parameters are not an object."""
    given = function.get("parameters") or {}
    schema = {"type": "object", **{key: one for key, one in given.items() if one != []}}
    if "object" not in schema["type"]:
        return {}
    found = "\n".join(results(body)) if ends_run(function) else ""
    mentions = json_samples.Mentions(task(body), found)
    made = json_samples.sample(schema, random, text, mentions, beside)
    return made if isinstance(made, dict) else {}


def _call(name: str, arguments: Mapping[str, Any] | str, model: Model, ids: HexStream) -> Call:
    text = arguments if isinstance(arguments, str) else _json(arguments, model)
    return Call(ids.draw(9), name, tuple(tokens.pieces(text)))


def _content(request: GenerationRequest, seeded: SeededText) -> Sequence[str]:
    wanted = _wanted_json(request.body)
    return _prose(seeded) if wanted is None else _json_content(wanted, request, seeded.random)


def _json_content(
    wanted: requested_json.RequestedJson,
    request: GenerationRequest,
    random: Random,
    text: str | None = None,
) -> list[str]:
    """Return the JSON that a request asks for, with ``text`` in it where the schema allows it."""
    if wanted.schema is None:
        made = json_samples.json_object(random, text)
    else:
        made = json_samples.sample(wanted.schema, random, text, json_samples.Mentions(wanted.about))
    encoded = _json(made, request.model)
    return tokens.pieces(requested_json.fenced(encoded) if wanted.fenced else encoded)


def _json(value: object, model: Model) -> str:
    """
    Encode JSON as in recordings.

    Recorded models that send a call in one chunk write a space after each comma and colon.
    """
    separators = (", ", ": ") if model.whole_tool_calls else (",", ":")
    return json.dumps(value, ensure_ascii=False, separators=separators)


def _with_extras(
    choice: GeneratedChoice, request: GenerationRequest, seeded: SeededText
) -> GeneratedChoice:
    """Add what the request asks for: counts of predicted tokens, echo, log probabilities."""
    body = request.body
    if body.get("prediction"):
        choice = choice._replace(prediction=_accepted(choice, body["prediction"]))
    if body.get("echo"):
        choice = choice._replace(echo=last_user_text(body))
    top = logprobs.wanted(body)
    return choice if top is None else _with_odds(choice, top, request, seeded.random)


def _with_odds(
    choice: GeneratedChoice, top: int, request: GenerationRequest, random: Random
) -> GeneratedChoice:
    """Add log probabilities, up to ``_MOST_ODDS`` each for an echoed prompt and the content."""
    room = _MOST_ODDS // request.beside // (top + 1)
    prompt = tokens.pieces(choice.echo)
    odds = logprobs.drawn(choice.pieces[:room], top, random)
    before = logprobs.of_prompt(prompt[:room], top, random)
    return choice._replace(odds=odds if len(before) == len(prompt) else (), echo_odds=before)


def _accepted(choice: GeneratedChoice, prediction: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many tokens of a predicted output were accepted, and how many rejected."""
    content = prediction["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    predicted = tokens.pieces(text)
    pairs = zip(predicted, choice.pieces, strict=False)
    accepted = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return accepted, len(predicted) - accepted


def _limited(
    thoughts: Sequence[str],
    pieces: Sequence[str],
    calls: tuple[Call, ...],
    room: int,
    shown: ShownReasoning,
) -> GeneratedChoice:
    """Join the parts, and cut them after ``room`` tokens."""
    if not thoughts and not calls:
        return _within(room, pieces)
    finish: FinishReason = "tool_calls" if calls else "stop"
    if len(thoughts) + len(pieces) + sum(call.tokens for call in calls) > room:
        finish = "length"
        thoughts = thoughts[:room]
        room -= len(thoughts)
        pieces = pieces[:room]
        calls = _first(calls, room - len(pieces))
    if shown == "raw":
        return GeneratedChoice((*thoughts, *pieces), finish, calls=calls, raw=len(thoughts))
    if shown == "hidden":
        return GeneratedChoice(tuple(pieces), finish, calls=calls, hidden=len(thoughts))
    return GeneratedChoice(tuple(pieces), finish, tuple(thoughts), calls)


def _within(room: int, pieces: Sequence[str]) -> GeneratedChoice:
    """Return a choice that has only content, cut at the limit."""
    return GeneratedChoice(tuple(pieces[:room]), "length" if len(pieces) > room else "stop")


def _first(calls: tuple[Call, ...], room: int) -> tuple[Call, ...]:
    """Return the calls that begin within ``room`` tokens; the last call is cut."""
    begun = []
    for call in calls:
        if room < 1:
            break
        begun.append(replace(call, pieces=call.pieces[: room - 1]))
        room -= call.tokens
    return tuple(begun)
