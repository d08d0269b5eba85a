"""Mistakes in the address of a request, and in how it is sent."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from socket import gaierror
from typing import Any

import pytest

MODEL = "llama3.1-8b"
KEY = "csk-" + "4f1dmock" * 6
MESSAGES = [{"role": "user", "content": "Say something."}]
BODY = {"model": MODEL, "messages": MESSAGES}
AUTHORIZED = {"authorization": f"Bearer {KEY}"}
AS_JSON = {**AUTHORIZED, "content-type": "application/json"}
CHAT = "/v1/chat/completions"
Make = Callable[[str], None]


def cerebras(path: str) -> Make:
    """Return a chat of the Cerebras SDK with this path in its base URL."""

    def make(url: str) -> None:
        from cerebras.cloud import sdk

        with (
            suppress(sdk.APIError),
            sdk.Cerebras(base_url=url + path, api_key=KEY, warm_tcp_connection=False) as client,
        ):
            client.chat.completions.create(model=MODEL, messages=MESSAGES)

    return make


def _chat(client: Any) -> None:
    client.chat.completions.create(model=MODEL, messages=MESSAGES)


def openai(path: str, call: Callable[[Any], object] = _chat) -> Make:
    """Return a call of openai's SDK with this path in its base URL."""

    def make(url: str) -> None:
        import openai as sdk

        with (
            suppress(sdk.APIError),
            sdk.OpenAI(base_url=url + path, api_key=KEY) as client,
        ):
            call(client)

    return make


def langchain(path: str) -> Make:
    """Return a chat of langchain-cerebras with this path in its base URL."""

    def make(url: str) -> None:
        from langchain_cerebras import ChatCerebras
        from openai import APIError

        with suppress(APIError):
            ChatCerebras(model=MODEL, api_key=KEY, base_url=url + path).invoke("Hi.")

    return make


def httpx(method: str, path: str, **settings: Any) -> Make:
    """Return a request by httpx."""

    def make(url: str) -> None:
        import httpx as library

        library.request(method, url + path, **settings)

    return make


def requests(path: str, **settings: Any) -> Make:
    """Return a POST by requests."""

    def make(url: str) -> None:
        import requests as library

        library.post(url + path, timeout=5, **settings)

    return make


def curl(path: str, body: str, *options: str) -> Make:
    """Return a POST by curl, or by httpx with the same header fields where there is no curl."""
    program = shutil.which("curl")

    def make(url: str) -> None:
        assert program
        field = f"Authorization: Bearer {KEY}"
        command = [program, "-q", "-s", *options, "-H", field, "-d", body, url + path]
        subprocess.run(command, capture_output=True, check=False, timeout=10)

    form = {**AUTHORIZED, "content-type": "application/x-www-form-urlencoded"}
    return make if program else httpx("POST", path, content=body, headers=form)


def _refused(base_url: Callable[[str], str]) -> Callable[[str], str]:
    """Return a chat of openai's SDK that can't be sent, which returns its error."""

    def make(url: str) -> str:
        import openai as sdk

        with sdk.OpenAI(base_url=base_url(url), api_key=KEY, max_retries=0) as client:
            try:
                _chat(client)
            except sdk.APIConnectionError as error:
                return repr(error.__cause__)
        return ""

    return make


MADE: dict[str, Make] = {
    "endpoint-in-base-url": openai(CHAT),
    "endpoint-in-base-url (cerebras)": cerebras(CHAT),
    "endpoint-in-base-url (langchain)": langchain(CHAT),
    "endpoint-in-base-url (without /v1)": openai("/chat/completions"),
    "endpoint-in-base-url (models)": openai(CHAT, lambda client: client.models.list()),
    "two-v1": cerebras("/v1"),
    "two-v1 (with a slash)": cerebras("/v1/"),
    "two-v1 (openai)": openai("/v1/v1"),
    "two-v1 (three)": cerebras("/v1/v1"),
    "two-v1 (apart)": cerebras("/v1/api"),
    "no-v1": openai(""),
    "no-v1 (langchain)": langchain(""),
    "no-v1 (models)": openai("", lambda client: client.models.list()),
    "two-slashes": requests("//v1/chat/completions", json=BODY, headers=AUTHORIZED),
    "two-slashes (openai)": openai("/v1//"),
    "slash-at-the-end": requests(f"{CHAT}/", json=BODY, headers=AUTHORIZED),
    "base-url-decorated": openai("/v1 "),
    "base-url-decorated (cerebras)": cerebras('/"'),
    "base-url-with-query": openai("/v1?api-version=1"),
    "base-url-with-query (cerebras)": cerebras("?api-version=1"),
    "path-of-another-vendor": openai("/openai/v1"),
    "path-of-another-vendor (OpenRouter)": openai("/api/v1"),
    "path-of-another-vendor (Fireworks)": openai("/inference/v1"),
    "wrong-version": openai("/v2"),
    "path-before-v1": openai("/cerebras/v1"),
    "path-before-v1 (cerebras)": cerebras("/cerebras"),
    "base-url-alone": requests("/v1", json=BODY, headers=AUTHORIZED),
    "misspelt-path": requests("/v1/chat/completion", json=BODY, headers=AUTHORIZED),
    "no-responses": openai("/v1", lambda it: it.responses.create(model=MODEL, input="Hi.")),
    "no-embeddings": openai("/v1", lambda it: it.embeddings.create(model=MODEL, input="Hi.")),
    "no-transcription": openai(
        "/v1", lambda it: it.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"RIFF"))
    ),
    "no-speech": openai(
        "/v1", lambda it: it.audio.speech.create(model="tts-1", voice="alloy", input="Hi.")
    ),
    "no-images": openai("/v1", lambda it: it.images.generate(prompt="A cat.")),
    "no-moderations": openai("/v1", lambda it: it.moderations.create(input="Hi.")),
    "no-assistants": openai("/v1", lambda it: it.vector_stores.create(name="Hi.")),
    "no-assistants (threads)": httpx("POST", "/v1/threads/t/messages", json={}, headers=AUTHORIZED),
    "no-fine-tuning": openai(
        "/v1", lambda it: it.fine_tuning.jobs.create(model=MODEL, training_file="file-1")
    ),
    "no-realtime": openai("/v1", lambda it: it.realtime.client_secrets.create()),
    "no-conversations": httpx("POST", "/v1/conversations", json={}, headers=AUTHORIZED),
    "no-videos": httpx("POST", "/v1/videos", json={"prompt": "A hen."}, headers=AUTHORIZED),
    "no-evals": httpx("GET", "/v1/evals", headers=AUTHORIZED),
    "no-containers": httpx("GET", "/v1/containers", headers=AUTHORIZED),
    "no-uploads": requests("/v1/uploads", json={"bytes": 1}, headers=AUTHORIZED),
    "no-engines": requests("/v1/engines/x/completions", json={"prompt": "A"}, headers=AUTHORIZED),
    "no-usage": httpx("GET", "/v1/dashboard/billing/usage", headers=AUTHORIZED),
    "no-tokenizer": httpx("POST", "/v1/tokenize", json={"text": "A"}, headers=AUTHORIZED),
    "no-health-check": httpx("GET", "/health"),
    "no-rerank": httpx("POST", "/v1/rerank", json={"query": "Hi."}, headers=AUTHORIZED),
    "no-anthropic": httpx("POST", "/v1/messages", json=BODY, headers={"x-api-key": KEY}),
    "no-ollama": httpx("POST", "/api/chat", json=BODY),
    "no-ollama (tags)": httpx("GET", "/api/tags"),
    "no-gemini": httpx("POST", f"/v1beta/models/gemini-pro:generateContent?key={KEY}", json={}),
    "opened-in-a-browser": httpx("GET", CHAT, headers={"accept": "text/html,*/*;q=0.8"}),
    "opened-in-a-browser (models)": httpx("GET", "/v1/models", headers={"accept": "text/html"}),
    "called-from-a-page": httpx(
        "OPTIONS",
        CHAT,
        headers={"origin": "http://localhost:3000", "access-control-request-method": "POST"},
    ),
    "get-instead-of-post": httpx("GET", CHAT, headers=AUTHORIZED),
    "wrong-method": httpx("POST", "/v1/models", headers=AUTHORIZED),
    "empty-body": httpx("POST", CHAT, headers=AS_JSON),
    "python-instead-of-json": requests(CHAT, data=str(BODY), headers=AS_JSON),
    "quoted-json": curl(CHAT, f"'{json.dumps(BODY)}'"),
    "list-as-body": httpx("POST", CHAT, json=[BODY], headers=AUTHORIZED),
    "object-as-body": requests(CHAT, data="[object Object]", headers=AS_JSON),
    "byte-order-mark": requests(
        CHAT, data=b"\xef\xbb\xbf" + json.dumps(BODY).encode(), headers=AS_JSON
    ),
    "not-utf-8": requests(
        CHAT, data='{"model": "\u00e9t\u00e9"}'.encode("latin-1"), headers=AS_JSON
    ),
    "broken-json a comma at the end": requests(CHAT, data='{"model": "x",}', headers=AS_JSON),
    "broken-json a line break in a text": requests(CHAT, data='{"model": "x\n"}', headers=AS_JSON),
    "broken-json cut": requests(CHAT, data='{"model": "x", "messages": [', headers=AS_JSON),
    "json-in-json": requests(CHAT, json=json.dumps(BODY), headers=AUTHORIZED),
    "form-instead-of-json": requests(CHAT, data=BODY, headers=AUTHORIZED),
    "form-instead-of-json (curl)": curl(CHAT, json.dumps(BODY)),
    "text-instead-of-json": curl(CHAT, json.dumps(BODY), "-H", "Content-Type: text/plain"),
}


def _unresolved(base_url: str) -> Callable[[str], str]:
    """Return the same where no name leads anywhere, so that nothing leaves this machine."""

    def fail(*_: object, **__: object) -> None:
        raise gaierror(f"no address for {base_url}")

    def make(url: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("socket.getaddrinfo", fail)
            return _refused(lambda _: base_url)(url)

    return make


UNSENT: dict[str, Callable[[str], str]] = {
    "wrong-host": _unresolved("https://api.cerebras.com/v1"),
    "other-vendor": _unresolved("https://api.groq.com/openai/v1"),
    "no-tls": _unresolved("http://api.cerebras.ai/v1"),
    "no-scheme": _refused(lambda url: url.removeprefix("http://") + "/v1"),
    "base-url-decorated (quotes)": _refused(lambda url: f'"{url}/v1"'),
}
