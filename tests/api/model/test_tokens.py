import json
import re
from pathlib import Path
from statistics import median

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.api.model import tokens

RECORDED = Path(__file__).parents[4] / "shared" / "contract" / "recorded"

# Answers of the live API, by length: how many characters the API took for a token, in the densest
# and in the widest answer of the class (markers of reasoning channels taken off).
RECORDED_DENSITY = [
    # characters of the class, fewest and most characters to a token
    ((101, 200), 2.8, 4.8),
    ((201, 500), 2.4, 5.0),
    ((501, 1300), 4.2, 4.7),
]

CALL = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
# Tools of recorded requests to gpt-oss, and what they added to the prompt.
RECORDED_TOOLS = [
    (
        {
            "name": "add",
            "description": "Add two integers",
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "required": ["a", "b"],
                "additionalProperties": False,
            },
            "strict": True,
        },
        53,
    ),
    (
        {
            "name": "structured_output",
            "description": "Generate structured output matching the provided schema",
            "parameters": {
                "type": "object",
                "properties": {
                    "age": {
                        "description": "Person's age in years",
                        "minimum": 1,
                        "type": "integer",
                    },
                    "name": {"description": "Person's full name", "type": "string"},
                    "occupation": {
                        "description": "Person's job or profession",
                        "type": "string",
                    },
                },
                "required": ["name", "age"],
                "additionalProperties": False,
            },
            "strict": True,
        },
        73,
    ),
]

SHORT = "A mock is honest when it breaks the way the real thing breaks, and says so afterwards."
LONG = (
    "Our office has a coffee machine that talks to the network. Last winter it lost its lease on "
    "an address, asked for a new one every second, and filled the log of the router within a day. "
    "Nobody noticed, because the coffee was still good. What we learnt from it is simple: a client "
    "that retries without waiting is harmless until there are two hundred of them, and then it is "
    "the only thing anybody talks about. Since then each of our services waits a little longer "
    "after every failure, and the machine in the kitchen has a fixed address."
)


@given(st.text(st.characters(max_codepoint=127)))
@example("a b  \n\x1c\x1d 1234_ __!? \t\t\n \x0b\x7f-")
def test_ascii(text):
    """Plain text is cut as it is beside other letters."""
    assert tokens.pieces(f"{text}0") == tokens.pieces(f"{text}0é")[:-1]


@given(st.text())
@example("a  b\t\n\n  c \r\n")
@example("internationalisation_of__snake_case")
@example("日本語 mixed 한국어 with 漢字123")
@example("e\u0301 \u200b \x1c \x85 ² ½ Ⅷ ٣٤٥٦")
def test_pieces_join(text):
    """The pieces of any text, joined, are the text, and none of them is empty."""
    found = tokens.pieces(text)
    assert "".join(found) == text
    assert all(found)
    assert tokens.count(text) == len(found)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("Hello", ["Hello"]),
        ("Hello world", ["Hello", " world"]),
        ("don't", ["don", "'", "t"]),
        ("constitutional", ["constitut", "ional"]),
        ("20261121", ["202", "611", "21"]),
        ("x == y", ["x", " ==", " y"]),
        ("a_b__c", ["a", "_", "b", "__", "c"]),
        ("one\n\ntwo", ["one", "\n\n", "two"]),
        ("a   b", ["a", "  ", " b"]),
        ("end  ", ["end", "  "]),
        ("......", ["...", "..."]),
        ("日本", ["日", "本"]),
        ("tokyo 東京", ["tokyo", " ", "東", "京"]),
    ],
)
def test_pieces(text, pieces):
    """A text is cut before words, after three digits, around punctuation, at wide characters."""
    assert tokens.pieces(text) == pieces


@pytest.mark.parametrize(
    ("text", "fewest", "most"),
    [
        pytest.param(SHORT, 18, 21, id="English"),
        pytest.param("Gestern war der Rechner kaputt, heute läuft er wieder.", 11, 17, id="German"),
        pytest.param("for i in range(10):\n    total += values[i] * 2", 17, 24, id="code"),
        pytest.param("3.14159, 2.71828 and 1,000,000", 13, 19, id="numbers"),
        pytest.param("今日はいい天気です", 5, 10, id="Japanese"),
        pytest.param('{"name":"weather","city":"Kiel"}', 9, 16, id="JSON"),
    ],
)
def test_count_is_plausible(text, fewest, most):
    """Texts of many kinds are counted about as a byte-pair tokenizer counts them."""
    assert fewest <= tokens.count(text) <= most


def test_words_per_token():
    """English prose has three to four and a half words in five tokens, as tokenizers find it."""
    words = len(re.findall(r"[\w']+", LONG))
    assert 0.75 <= words / tokens.count(LONG) <= 0.92


@pytest.mark.parametrize(("lengths", "densest", "widest"), RECORDED_DENSITY)
def test_density(lengths, densest, widest):
    """Own prose has as many characters to a token as live answers of its length, within 5 %."""
    text = (LONG + " " + LONG + " " + LONG)[: sum(lengths) // 2]
    assert densest / 1.05 <= len(text) / tokens.count(text) <= widest * 1.05


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not part of the repository")
def test_error_against_recordings():
    """Answers of 30 tokens and more are counted to 5 % (median) and 15 % (worst)."""
    errors = [abs(ours - theirs) / theirs for theirs, ours in _recorded() if theirs >= 30]
    assert len(errors) >= 20
    assert median(errors) <= 0.05
    assert max(errors) <= 0.15


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("Hello world", 2),
        ([{"type": "text", "text": "Hello"}, {"type": "text", "text": "big world"}], 3),
        ([{"type": "image_url", "image_url": {"url": "data:"}}], 0),
        (None, 0),
        ([], 0),
    ],
)
def test_count_content(content, count):
    """Content is text, text parts, or nothing; images have no words."""
    assert tokens.count_content(content) == count


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("text", 0),
        (None, 0),
        ([{"type": "text", "text": "a"}], 0),
        ([{"type": "image_url", "image_url": {"url": "data:"}}, {"type": "image", "image": ""}], 2),
    ],
)
def test_count_images(content, count):
    """Images come in two kinds of parts."""
    assert tokens.count_images(content) == count


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ({"role": "user", "content": "Hello world"}, 2),
        ({"role": "assistant", "content": None, "tool_calls": [CALL, CALL]}, 4),
        ({"role": "tool", "content": "found", "tool_call_id": "1"}, 1),
        ({"role": "assistant", "content": "So it is", "tool_calls": None}, 3),
    ],
)
def test_count_message(message, count):
    """A message costs its text and the names and arguments of its calls."""
    assert tokens.count_message(message) == count


@pytest.mark.parametrize(("function", "recorded"), RECORDED_TOOLS)
def test_count_tools(function, recorded):
    """Tools are counted to about a third of what they were recorded to cost gpt-oss."""
    counted = tokens.count_tools([{"type": "function", "function": function}])
    assert recorded * 0.65 <= counted <= recorded * 1.35
    assert tokens.count_tools([]) == 0


def _recorded():
    for path in RECORDED.glob("*.json"):
        body = json.loads(path.read_text("utf-8")).get("response", {}).get("body", {})
        said = _streamed(body) if isinstance(body, str) else _whole(body)
        if said is not None:
            content, reasoning, completion = said
            markers = 8 if reasoning else 1
            yield completion, tokens.count(content) + tokens.count(reasoning) + markers


def _whole(body):
    message = body["choices"][0]["message"] if "choices" in body else {}
    if not message.get("content") or message.get("tool_calls"):
        return None
    return message["content"], message.get("reasoning") or "", body["usage"]["completion_tokens"]


def _streamed(body):
    chunks = [json.loads(line[6:]) for line in body.split("\n") if line.startswith("data: {")]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk.get("choices", ())]
    content, reasoning = (
        "".join(delta.get(name) or "" for delta in deltas) for name in ("content", "reasoning")
    )
    usage = next((chunk["usage"] for chunk in reversed(chunks) if chunk.get("usage")), None)
    return (content, reasoning, usage["completion_tokens"]) if content and usage else None


def test_meter():
    """Up to a quarter million letters each text is counted, what comes behind them is estimated."""
    text = "One word, 22 more. " * 100
    short, long = tokens.Meter(), tokens.Meter()
    assert [short(one) for one in (text, "", "a b")] == [tokens.count(text), 0, 2]
    found = [long(text * 100), long(text * 100), long(text)]
    exact = [tokens.count(text * 100), tokens.count(text * 100), tokens.count(text)]
    assert found[0] == exact[0]
    assert found == pytest.approx(exact, rel=0.01)


def test_meter_stops_counting(monkeypatch):
    """Ten million letters cost no more than one."""
    counted = []
    monkeypatch.setattr(tokens, "count", lambda text: counted.append(len(text)) or 1)
    meter = tokens.Meter()
    for _ in range(10):
        meter("x" * 1_000_000)
    assert sum(counted) == 250_000


def test_very_many_tools():
    """Behind the first thousand of them they are estimated, and not written out."""
    tool = {"function": {"name": "f", "parameters": {"type": "object"}}}
    assert tokens.count_tools([tool] * 5_000) == 5_000 * tokens.count_tools([tool])
    texts = []
    tokens.count_tools([tool] * 5_000, lambda text: texts.append(text) or 1)
    assert len(texts) == 1_000
