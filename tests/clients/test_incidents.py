"""Each shipped scenario, played to the official SDKs: what arrives is what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
import openai
import pytest
from cerebras.cloud import sdk as cerebras

from mockserver.scenario import names

pytestmark = pytest.mark.cerebras_mock(clock="virtual")

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
ASKED = {
    "model": "gpt-oss-120b",
    "messages": [{"role": "user", "content": "What is the weather?"}],
    "max_completion_tokens": 1000,
}
STREAM = {"stream": True}
TOOLS = {"tools": [TOOL]}
OLD = {"model": "llama3.1-8b"}
LONG = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "word " * 9000}]}
UNBOUND = {"max_completion_tokens": 30_000}
NOTHING = "<nothing>"
DOUBLED = "<the third chunk twice>"


@dataclass(frozen=True)
class Row:
    """
    What some calls in a row see.

    An outcome is a status, a finish_reason, ``none`` for an answer without one, ``lost`` or
    ``timeout``; ``text`` must stand in what was said, ``but`` is for clients that see it otherwise.
    """

    seen: str
    form: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    but: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    key: str = "csk-0000"


ROWS = {
    "all-models-limited": [Row("429 429"), Row("429", OLD)],
    "billing-stop": [Row("stop stop 402 402")],
    "burst-503": [Row("503 503 503 stop 503 503 stop"), Row("503 503 503 stop", STREAM)],
    "burst-rps": [Row("stop stop 429"), Row("stop stop stop", pause=1.0)],
    "cloudflare-403": [Row("403 403"), Row("403", STREAM)],
    "context-8192": [Row("400", LONG), Row("stop")],
    "cut-in-json": [Row("none none", STREAM), Row("stop")],
    "daily-quota-gone": [Row("429 429", pause=3600.0), Row("429", STREAM)],
    "dead-key": [Row("401 401", key="csk-dead-1"), Row("stop")],
    "doubled-chunk": [Row("stop", STREAM, text=DOUBLED), Row("stop")],
    "error-in-200": [Row("none none"), Row("none", STREAM)],
    "flat-error-in-stream": [Row("none none", STREAM), Row("stop")],
    "healthy": [Row("stop stop"), Row("stop", STREAM), Row("tool_calls", TOOLS)],
    "heartbeat-stall": [Row("none", STREAM), Row("stop")],
    "html-200": [Row("page"), Row("none", STREAM)],
    "html-502": [Row("502 502 stop"), Row("502 502 stop", STREAM)],
    "invalid-tool-json": [
        Row("tool_calls", TOOLS, text=",}"),
        Row("tool_calls", TOOLS | STREAM, text=",}"),
    ],
    "lost-before-answer": [Row("lost lost stop"), Row("lost lost stop", STREAM)],
    "mid-stream-500": [Row("500 stop", STREAM, but={"openai": "error stop"}), Row("stop")],
    "minute-window": [
        Row("stop stop"),
        Row("stop 429", UNBOUND),
        Row("stop stop", UNBOUND, pause=2),
    ],
    "named-events": [Row("stop", STREAM, but={"cerebras": "none"}), Row("stop")],
    "never-fits": [Row("429 429", pause=3600.0)],
    "no-retry-after": [Row("429 429 429 stop", pause=20.1)],
    "null-content": [Row("stop", text=NOTHING), Row("stop", STREAM, text=NOTHING)],
    "one-model-down": [Row("503 503"), Row("stop", OLD)],
    "paid-three-times": [Row("lost lost lost"), Row("stop", STREAM)],
    "queue-surge": [Row("429 429 429"), Row("429 429 429 stop", pause=21.0)],
    "rate-limit": [Row("429 429"), Row("429 stop", pause=2.1)],
    "rate-limit-in-stream": [Row("429 stop", STREAM, but={"openai": "error stop"}), Row("stop")],
    "reasoning-eats-budget": [Row("length", text=NOTHING), Row("length", STREAM, text=NOTHING)],
    "restart": [Row("lost lost"), Row("lost stop", pause=6.0)],
    "retirement-day": [Row("stop stop stop 404 404", OLD), Row("stop stop stop stop")],
    "retry-after-60": [Row("429 429"), Row("429 stop", pause=61.0)],
    "retry-after-date": [Row("429 stop")],
    "silent-cut": [Row("none none", STREAM), Row("stop")],
    "stall-mid-stream": [Row("timeout timeout", STREAM), Row("stop")],
    "stalled-server": [Row("timeout timeout stop"), Row("timeout timeout stop", STREAM)],
    "status-page-lags": [Row("503 stop", pause=31.0)],
    "stream-cut": [Row("lost lost stop", STREAM), Row("lost lost stop")],
    "strict-schema-gate": [Row("404", OLD), Row("stop")],
    "think-tags": [Row("stop", text="<think>"), Row("stop", STREAM, text="<think>")],
    "tool-arguments-cut": [
        Row("length", TOOLS, text='{"city":"'),
        Row("length", TOOLS | STREAM, text='{"city":"'),
    ],
    "tool-grammar": [Row("400 400", TOOLS), Row("stop")],
    "truncated-512": [Row("length length"), Row("length", STREAM)],
    "two-resets": [Row("429 stop", pause=11.1)],
    "unicode-separators": [Row("stop", text="\u2028"), Row("stop", STREAM, text="\u2028")],
    "unknown-model": [Row("404 404"), Row("404", STREAM)],
    "usage-chunk": [Row("stop stop", STREAM), Row("stop")],
    "wrong-key": [Row("401 401"), Row("401", STREAM)],
}
TOLD_ELSEWHERE = {"intermittent-500", "outage-503", "second-turn-400"}


@pytest.fixture(params=["cerebras", "openai"])
def library(request):
    """Return the name of an SDK."""
    return request.param


@pytest.fixture
def client(library):
    """Return a builder of clients of this SDK that try once, and wait for a minute."""
    opened = []

    def build(key="csk-0000", timeout=60):
        settings = {"api_key": key, "max_retries": 0, "timeout": timeout}
        if library == "cerebras":
            opened.append(cerebras.Cerebras(**settings, warm_tcp_connection=False))
        else:
            opened.append(openai.OpenAI(**settings))
        return opened[-1]

    yield build
    for each in opened:
        each.close()


class Call:
    """One call: how it ended, and what was said, call by call and chunk by chunk."""

    def __init__(self, client, form):
        self.chunks = []
        self.outcome = self._outcome(client, {**ASKED, **form})

    @property
    def text(self):
        """All that was said."""
        return "".join(self.chunks)

    def _outcome(self, client, body):
        try:
            return self._read(client.chat.completions.create(**body), body)
        except (cerebras.APIStatusError, openai.APIStatusError) as error:
            return str(error.status_code)
        except (cerebras.APITimeoutError, openai.APITimeoutError):
            return "timeout"
        except (cerebras.APIConnectionError, openai.APIConnectionError):
            return "lost"
        except openai.APIError:
            return "error"
        except (httpx.TransportError, httpx2.TransportError) as error:
            return _of_transport(error)

    def _read(self, answer, body):
        if isinstance(answer, str):
            return "page"
        ended = "none"
        for part in answer if body.get("stream") else [answer]:
            for choice in getattr(part, "choices", None) or ():
                self._say(choice.delta if body.get("stream") else choice.message)
                ended = choice.finish_reason or ended
        return ended

    def _say(self, said):
        if isinstance(said, dict):  # what Cerebras' SDK makes of a chunk that it does not know
            return
        self.chunks.append(getattr(said, "content", None) or "")
        for call in getattr(said, "tool_calls", None) or ():
            self.chunks[-1] += call.function.arguments or ""


def _of_transport(error):
    """Return the outcome of an exception that is not the SDK's own: in a stream it is httpx's."""
    late = isinstance(error, (httpx.ReadTimeout, httpx2.ReadTimeout))
    return "timeout" if late else "lost"


@pytest.mark.parametrize("name", ROWS)
def test_arrives(cerebras_mock, client, library, name):
    """The calls of each row end as the scenario says, in a fresh run of it."""
    for row in ROWS[name]:
        cerebras_mock.play(name)
        asking, seen = client(row.key), []
        for _ in row.seen.split():
            seen.append(Call(asking, row.form))
            cerebras_mock.advance(row.pause)
        assert " ".join(call.outcome for call in seen) == row.but.get(library, row.seen), row
        text = seen[-1].text
        if row.text == DOUBLED:
            said = [chunk for chunk in seen[-1].chunks if chunk]
            assert said[1] == said[2]
        else:
            assert (text == "") if row.text == NOTHING else (row.text in text)


def test_all_are_told():
    """Each shipped scenario is in the table, or has a test of its own here."""
    assert sorted(names()) == sorted(ROWS.keys() | TOLD_ELSEWHERE)


def test_intermittent_500(cerebras_mock, client):
    """About one call in seven fails, by both statuses, the same ones in every run."""

    def run():
        cerebras_mock.play("intermittent-500")
        asking = client()
        return [Call(asking, {"max_completion_tokens": 1}).outcome for _ in range(60)]

    seen = run()
    assert set(seen) == {"length", "500", "400"}
    assert 3 <= len(seen) - seen.count("length") <= 18
    assert run() == seen


def test_outage_503(cerebras_mock, client):
    """Pages, silence and 503s for 20 seconds, then five requests a second, then all is well."""
    cerebras_mock.play("outage-503")
    asking, seen = client(timeout=1), []
    while cerebras_mock.live.elapsed < 18:
        seen.append(Call(asking, {}).outcome)
    assert set(seen) == {"503", "502", "timeout"}
    cerebras_mock.play("outage-503")
    cerebras_mock.advance(21)
    assert [Call(asking, {}).outcome for _ in range(6)] == ["stop"] * 5 + ["429"]
    cerebras_mock.advance(5)
    assert [Call(asking, {}).outcome for _ in range(6)] == ["stop"] * 6


def test_second_turn_400(cerebras_mock, client):
    """Thoughts are refused under the name that the API has not, and taken under its own."""
    cerebras_mock.play("second-turn-400")
    first = client().chat.completions.create(**ASKED).choices[0].message
    assert first.reasoning.startswith("The user asks again.")
    for name, outcome in (("reasoning_content", "400"), ("reasoning", "stop")):
        said = {"role": "assistant", "content": first.content, name: first.reasoning}
        messages = [*ASKED["messages"], said, {"role": "user", "content": "And tomorrow?"}]
        assert Call(client(), {"messages": messages}).outcome == outcome
