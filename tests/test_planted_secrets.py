"""Secrets in all places of requests, looked for in everything that tells of them."""

from __future__ import annotations

import gzip
import json
import logging
from random import Random
from string import ascii_letters, digits

import httpx

from mockserver.core.messages import Request
from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.journal.har import as_har, as_json
from mockserver.scenario import injection
from mockserver.verdicts.rules import judge
from mockserver.verdicts.verdict import Case

FORMS = {
    "csk-": 48,
    "sk-": 40,
    "sk-proj-": 40,
    "sk-ant-api03-": 60,
    "sk-or-v1-": 60,
    "gsk_": 50,
    "AIza": 35,
    "hf_": 34,
    "pplx-": 48,
    "xai-": 60,
    "ghp_": 36,
}
HEADERS = (
    *("x-api-key", "api-key", "x-goog-api-key", "ocp-apim-subscription-key", "x-auth-token"),
    *("x-amz-security-token", "cookie", "set-cookie", "proxy-authorization", "authorization"),
)
PARAMETERS = ("api_key", "key", "access_token", "api-key", "token", "sig", "client_secret")
FIELDS = (
    *("api_key", "apiKey", "openaiApiKey", "OPENAI_API_KEY", "token", "access_token", "password"),
    *("Password", "secret", "client_secret", "authorization", "private_key", "credentials"),
)
PROMPTS = ("{}", "my key is {}.", "a\n{}\nb", "é{}", "KEY={}", '"{}"', "x/{}/y", "https://a:{}@b/")


class Secrets:
    """Makes secrets, and knows all that it has made."""

    def __init__(self) -> None:
        self._random = Random(7)
        self.made: list[str] = []

    def plain(self) -> str:
        """Return a secret that only its place tells."""
        return self._made("", 24)

    def key(self) -> str:
        """Return a secret that its form tells."""
        prefix = self._random.choice(list(FORMS))
        return self._made(prefix, FORMS[prefix])

    def _made(self, prefix: str, length: int) -> str:
        secret = "".join(self._random.choices(ascii_letters + digits, k=length))
        self.made.append(secret)
        return prefix + secret


def escaped(text):
    """Return a text as JSON may have it, of nothing but escapes."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def bodies(secrets):
    """Yield bodies with a secret in each: fields, texts of prompts, and what is no JSON."""
    chat = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "hi"}]}
    for name in FIELDS:
        yield {**chat, name: secrets.plain()}
        yield {**chat, "metadata": {"deep": [{name: secrets.plain()}]}}
        yield {**chat, "extra": {name: [secrets.plain(), secrets.plain()]}}
        yield f"{name}={secrets.plain()}&x=1".encode()
        yield f'{{"{name}": "{secrets.plain()}'.encode()
    for prompt in PROMPTS:
        for _ in range(5):
            said = prompt.format(secrets.key())
            yield {**chat, "messages": [{"role": "user", "content": said}]}
            yield {**chat, "model": said}
            yield {**chat, "reasoning_effort": said}
            yield {**chat, said: 1}
    yield f'{{"{escaped("api_key")}": "{secrets.plain()}"}}'.encode()
    yield f'{{"model": "{escaped(secrets.key())}"}}'.encode()
    yield f'{{"model": "https://x.test/a.png?n=1&sig={secrets.plain()}"}}'.encode()


def sent(secrets, key):
    """Yield requests as keyword arguments of httpx, at least one secret in each."""
    usual = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    chat = "/v1/chat/completions"
    for name in HEADERS:
        for value in (secrets.plain(), secrets.key(), f"Bearer {secrets.key()}"):
            yield {"url": chat, "headers": usual | {name: value}, "content": b"{}"}
    for value in (secrets.key(), f"a {secrets.key()}", f"https://x.test/?key={secrets.plain()}"):
        yield {"url": chat, "headers": usual | {"x-note": value}, "content": b"{}"}
        yield {"url": chat, "headers": usual | {"content-type": value}, "content": b"{}"}
    for name in PARAMETERS:
        yield {"url": f"{chat}?{name}={secrets.plain()}", "headers": usual, "content": b"{}"}
        yield {"url": f"{chat}?n=1&{name}={secrets.plain()}&m", "headers": usual, "content": b"{}"}
    for path in ("/v1/{}/chat", "/v1/models/{}", "/{}", "/v1/completions?a={}", "/v1/files/{}"):
        yield {"url": path.format(secrets.key()), "headers": usual, "content": b""}
    for body in bodies(secrets):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        yield {"url": chat, "headers": usual, "content": content}
        packed = usual | {"content-encoding": "gzip"}
        yield {"url": chat, "headers": packed, "content": gzip.compress(content)}
    fault = usual | {"x-cerebras-mock-fault": secrets.key()}
    yield {"url": chat, "headers": fault, "content": b"{}"}


def test_nothing_tells_a_secret(key, caplog):
    """No secret stands in the log, the journal, its forms, an exchange, or a verdict."""
    caplog.set_level(logging.DEBUG, logger="mockserver")
    secrets, live = Secrets(), LiveEngine()
    with ThreadedServer(live) as server, httpx.Client(base_url=server.url) as client:
        for request in sent(secrets, key):
            client.post(**request)
        read = client.get("/__mock__/journal").text
        har = client.get("/__mock__/journal?format=har").text
    journal = live.journal
    assert journal.count > 400
    told = [
        *("\n".join(map(str, journal.exchanges)), repr(journal.exchanges), read, har),
        *(json.dumps(as_json(journal)), json.dumps(as_har(journal, server.url))),
        repr([exchange.request for exchange in journal.exchanges]),
        "\n".join(str(exchange.body) for exchange in journal.exchanges),
        "\n".join(verdict.sentence for verdict in judge(Case(journal, live.engine.edition))),
        "\n".join(one.getMessage() for one in caplog.records if one.name == "mockserver"),
    ]
    assert [
        text[max(0, text.index(one) - 200) : text.index(one) + 50]
        for text in told
        for one in secrets.made
        if one in text
    ] == []


def test_rules_see_what_was_sent(key):
    """A rule compares with the credential itself, though nothing tells it."""
    match = {"headers": {"x-api-key": "abc*"}, "key": key, "json": {"$.user": key}}
    live = LiveEngine()
    live.inject(injection.injected({"error": {"status": 503}}, match=match))
    headers = {"authorization": f"Bearer {key}", "x-api-key": "abcdef"}
    body = json.dumps({"user": key}).encode()
    request = Request("POST", "/v1/chat/completions", headers, body)
    for _ in range(2):  # of a request that is known the body is not read again
        _, exchange = live.begin(request)
        assert exchange.status == 503
        assert exchange.request.headers["x-api-key"] == "..."
        assert exchange.body == {"user": "csk-..."}
