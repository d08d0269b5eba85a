"""Whether what an app hands out has the texts that were served."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import httpx
import pytest
from cerebras.cloud.sdk import Cerebras
from pydantic import BaseModel

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Cut, Error, Truncate
from mockserver.scenario import Rule, Schedule
from pytest_cerebras.session.asserting import Asserting

FOX = "Once upon a time there was a fox."
HEN = "The hen knew nothing of it, and slept."


@pytest.fixture
def served(engine, ask, now):
    """Return a builder of journals in which one answer after the other was served."""

    def build(*texts, faults=(), **reply):
        rules = [
            Rule(schedule=Schedule(first=1), reply=Script(text=text, **reply), faults=faults)
            for text in texts
        ]
        running = engine(*rules)
        for at, _ in enumerate(texts):
            exchange = running.handle(ask(stream=True, seed=at), now=now + at)
            running.finish(exchange, now=now + at)
        return running.journal

    return build


class Color(Enum):
    """A value of an app's own."""

    RED = "red"


class Fox(BaseModel):
    """What an app makes of JSON."""

    name: str
    born: datetime
    color: Color
    legs: float


@dataclass
class Page:
    """A result with fields."""

    title: str
    content: str


def hand_out(journal, result):
    mock = type("Mock", (Asserting,), {"engine": None, "_looked_at": lambda _: journal})
    mock().assert_delivered(result)


def delivered(journal, result):
    hand_out(journal, result)
    return True


def lost(journal, result):
    with pytest.raises(AssertionError) as caught:
        hand_out(journal, result)
    first, *rest = str(caught.value).splitlines()
    assert rest, "the time line is missing"
    return first.removesuffix("; what happened:")


@pytest.mark.parametrize(
    "result",
    [
        FOX,
        f"\n{FOX}\n\n",
        pytest.param(FOX.encode(), id="bytes"),
        f"# A story\n\n{FOX}\n",
        [FOX],
        re.findall(r"\s?\S+", FOX),
        tuple(re.findall(r"\s?\S+", FOX)),
        {"content": FOX},
        {"model": "m", "answer": {"parts": [{"text": FOX}]}},
        Page("A story", FOX),
        [Page("A story", "Once upon a time"), Page("", " there was a fox.")],
        json.dumps({"answer": FOX}),
        {"role": "assistant", "content": FOX, "usage": {"total_tokens": 7}},
    ],
)
def test_delivered(served, result):
    """A result may have any form, as long as the text is in it."""
    assert delivered(served(FOX), result)


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        (FOX[:-1], "the last chunk is missing"),
        (re.findall(r"\s?\S+", FOX)[:-1], "everything after 'time there was a' is missing"),
        ({"content": FOX[:16]}, "everything after 'Once upon a time' is missing"),
        ("", "#1 is missing from the result: all of it is missing"),
        (None, "all of it is missing"),
        ([], "all of it is missing"),
        ({"content": None}, "all of it is missing"),
        (FOX.replace(" ", ""), "a space is lost"),
        ([*re.findall(r"\s?\S+", FOX), FOX], "is there twice"),
        (f"# A story\n\n{FOX[:-1]}", "the last chunk is missing"),
        (ValueError("boom"), "all of it is missing"),
    ],
)
def test_lost(served, result, wrong):
    """What is lost or added is told, in any form of result."""
    assert wrong in lost(served(FOX), result)


def test_json_around_it(served):
    """An app may answer in JSON, which writes some characters in another way."""
    said = 'The fox said "no"\nand left.'
    assert delivered(served(said), json.dumps({"answer": said}))


def test_text_of_two_kinds_of_lines(served):
    """The ends of lines are nobody's loss."""
    assert delivered(served("one\ntwo"), "one\r\ntwo\r\n")


def test_short_answers(served):
    """A short answer is no part of another word."""
    assert delivered(served("Yes"), "Answer: Yes.")
    assert "missing" in lost(served("4"), {"model": "gpt-4o", "answer": ""})


def test_thoughts(served):
    """An app may leave out thoughts that came in tags, or hand them out."""
    journal = served(FOX, reasoning="A fox it is.", tag="think")
    assert "<think>" in next(iter(journal)).text
    assert delivered(journal, FOX)
    assert delivered(journal, next(iter(journal)).text)
    assert "the last chunk is missing" in lost(journal, FOX[:-1])
    assert "all of it is missing" in lost(served("<think>A fox it is.</think>"), "")


def test_parsed(served):
    """An answer in JSON may be handed out parsed, with an app's own types, or as one value."""
    said = {"name": "Fox", "born": "2026-01-02T03:04:05Z", "color": "red", "legs": 4}
    journal = served(json.dumps(said))
    assert delivered(journal, said)
    assert delivered(journal, json.dumps(said, indent=2))
    assert delivered(journal, Fox(**said))
    assert delivered(journal, Fox(**said).model_dump())
    assert delivered(served("[true]"), [True])
    assert delivered(served('{"born": "2026-01-02"}'), datetime(2026, 1, 2, tzinfo=UTC))
    assert delivered(journal, "Fox")
    assert delivered(journal, 4)


def test_parsed_in_part(served):
    """A value of it that is missing is missing."""
    said = {"name": "Fox", "color": "red", "legs": 4}
    assert lost(served(json.dumps(said)), {"name": "Fox", "color": "red"})
    assert lost(served(json.dumps(said)), {**said, "legs": 5})
    assert lost(served(json.dumps(said)), "Hen")
    born = {"name": "Fox", "born": datetime(2026, 1, 2, tzinfo=UTC)}
    assert lost(served(json.dumps(said)), born)


def test_two_answers(served):
    """Two answers may be handed out together, or one of them, as that of an agent."""
    journal = served(HEN, FOX)
    for result in ([HEN, FOX], f"{HEN}\n{FOX}", FOX, HEN, {"draft": HEN, "final": FOX}):
        assert delivered(journal, result)
    for result in (
        [{"content": FOX}, {"content": ""}],
        [{"content": HEN, "id": ""}],
        [HEN, "", "The end."],
    ):
        assert delivered(journal, result)
    assert delivered(served(HEN, FOX, "It is late, and dark."), [HEN[:9], HEN[9:], ""])
    messages = [{"role": "user", "content": "Tell me."}, {"role": "assistant", "content": FOX}]
    assert delivered(journal, messages)


@pytest.mark.parametrize(
    ("result", "number"),
    [
        ([HEN[:-7], FOX], 1),
        ([HEN, FOX[:-5]], 2),
        (["", FOX], 1),
        ([HEN, ""], 2),
        ([{"content": HEN}, {"content": ""}], 2),
        (f"{HEN[:-7]}\n\n{FOX}", 1),
        ("", 2),
        (HEN[:-7], 1),
    ],
)
def test_one_of_two_answers(served, result, number):
    """What is lost of one of them is told of that one."""
    assert lost(served(HEN, FOX), result).startswith(
        f"the answer of #{number} is missing from the result"
    )


def test_drafts(served):
    """Of answers that are like another the app may choose one."""
    one, other = "The answer is forty-one.", "The answer is forty-two."
    assert delivered(served(one, other), one)
    assert delivered(served(one, other), ["The answer is forty-", "two."])
    assert delivered(served(one, other, one), {"all": [one, other, one]})


def test_same_answer_twice(served):
    """Where the model has said the same twice, so may the app; and in two fields at any time."""
    assert delivered(served(FOX, FOX), FOX + FOX)
    assert delivered(served(FOX), (FOX, FOX))
    assert delivered(served(FOX), {"raw": FOX, "shown": FOX})
    assert "is there twice" in lost(served(FOX), FOX + FOX)


@pytest.mark.parametrize("fault", [Error(status=503), Cut(2), Truncate(2)])
def test_nothing_served(served, fault):
    """Where no text came to its end there is nothing to compare with."""
    journal = served(FOX, faults=(fault,))
    assert "no text was sent completely" in lost(journal, "Once upon")


def test_calls_of_tools(engine, ask, now):
    """What calls a tool and says nothing has no text to be lost."""
    call = ScriptedCall("weather", {"city": "Rome"})
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    running = engine(
        Rule(schedule=Schedule(first=1), reply=Script(tool_calls=(call,))),
        Rule(reply=Script(text=FOX)),
    )
    for at in (0, 1):
        running.finish(running.handle(ask(tools=[tool], seed=at), now=now + at), now=now + at)
    assert delivered(running.journal, FOX)
    assert "#2" in lost(running.journal, "")


def test_no_request(engine):
    """Nor is there without any request."""
    assert "no text was sent completely" in lost(engine().journal, "")


def test_last_attempt(engine, ask, now):
    """Of a call that was tried again the last attempt counts."""
    rules = (
        Rule(schedule=Schedule(first=1), reply=Script(text=HEN), faults=(Cut(4),)),
        Rule(reply=Script(text=FOX)),
    )
    running = engine(*rules)
    for at in (0, 5):
        running.finish(running.handle(ask(stream=True), now=now + at), now=now + at)
    assert delivered(running.journal, FOX)
    assert "#2" in lost(running.journal, HEN)


def test_client_left(engine, ask, now):
    """A client that left may have all the same; if not, it is told."""
    running = engine(Rule(reply=Script(text=FOX)))
    running.finish(running.handle(ask(stream=True), now=now), now=now, client_left=True)
    assert delivered(running.journal, FOX)
    assert "and the client left early" in lost(running.journal, "Once upon")


class Awaited:
    """A result that comes later."""

    def __await__(self):
        """Return what it is waited for."""
        yield FOX


async def pieces():
    """Yield a text."""
    yield FOX


@pytest.mark.parametrize(
    "unread", [iter([FOX]), pieces(), Awaited()], ids=["iterator", "async", "awaited"]
)
def test_unread(served, unread):
    """A stream has to be read first, and a future awaited."""
    with pytest.raises(AssertionError, match="read it, and pass the values that it yields"):
        hand_out(served(FOX), unread)


def events(mock):
    """Yield the bytes of a stream as they come."""
    body = {"model": "gpt-oss-120b", "stream": True}
    body["messages"] = [{"role": "user", "content": "Tell me."}]
    headers = {"authorization": f"Bearer {mock.api_key}"}
    url = f"{mock.openai_url}/chat/completions"
    with httpx.stream("POST", url, json=body, headers=headers) as answer:
        yield from answer.iter_raw()


def text_of(data):
    delta = json.loads(data)["choices"][0]["delta"] if data != "[DONE]" else {}
    return delta.get("content") or ""


def right(chunks):
    """Read events as the standard has it."""
    body = b"".join(chunks).decode()
    said = re.findall(r"^data: ?(.*)$", re.sub(r"\r\n?", "\n", body), re.MULTILINE)
    return [text_of(data) for data in said]


def never_flushed(chunks):
    """Hold each piece back until the next one comes."""
    held = ""
    for piece in filter(None, right(chunks)):
        yield held
        held = piece


def wants_line_feeds(chunks):
    """Take events to end with two line feeds."""
    *found, _ = b"".join(chunks).decode().split("\n\n")
    return [text_of(one.removeprefix("data: ")) for one in found]


def wants_a_space(chunks):
    """Take a space for a part of the field's name."""
    lines = b"".join(chunks).decode().splitlines()
    return [text_of(line[6:]) for line in lines if line.startswith("data: ")]


def strips(chunks):
    """Strip each piece."""
    return [piece.strip() for piece in right(chunks)]


def adds_up(chunks):
    """Yield the whole text after its pieces."""
    pieces = right(chunks)
    return [*pieces, "".join(pieces)]


@pytest.mark.parametrize(
    ("parser", "written", "wrong"),
    [
        (right, {}, ""),
        (right, {"line_ending": "crlf"}, ""),
        (right, {"space": False}, ""),
        (never_flushed, {}, "the last chunk is missing"),
        (wants_line_feeds, {}, ""),
        (wants_line_feeds, {"line_ending": "crlf"}, "all of it is missing"),
        (wants_a_space, {}, ""),
        (wants_a_space, {"space": False}, "all of it is missing"),
        (strips, {}, "a space is lost"),
        (adds_up, {}, "is there twice"),
    ],
)
def test_parsers(
    cerebras_mock, parser: Callable[..., list[str]], written: dict[str, object], wrong: str
):
    """Text that a reader of one's own loses on its way is told, over real sockets."""
    if written:
        cerebras_mock.inject({"sse": written})
    result = list(parser(events(cerebras_mock)))
    if not wrong:
        cerebras_mock.assert_delivered(result)
        return
    with pytest.raises(AssertionError, match=wrong):
        cerebras_mock.assert_delivered(result)


def test_sdk(cerebras_mock):
    """A completion of the SDK has what was served, and so have its chunks."""
    with Cerebras(base_url=cerebras_mock.url, api_key=cerebras_mock.api_key) as client:
        asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "Tell me."}]}
        whole = client.chat.completions.create(**asked)
        cerebras_mock.assert_delivered(whole)
        cerebras_mock.assert_delivered(whole.model_dump())
        cerebras_mock.reset()
        chunks = list(client.chat.completions.create(stream=True, **asked))
        cerebras_mock.assert_delivered(chunks)
        with pytest.raises(AssertionError, match="is missing from the result"):
            cerebras_mock.assert_delivered(chunks[:-3])
