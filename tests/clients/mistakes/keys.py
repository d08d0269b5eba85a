"""Mistakes in the API key."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress

import httpx
import requests

MODEL = "llama3.1-8b"
KEY = "csk-" + "4f1dmock" * 6
MESSAGES = [{"role": "user", "content": "Say something."}]
BODY = {"model": MODEL, "messages": MESSAGES}
Make = Callable[[str], None]


def cerebras(key: str) -> Make:
    """Return a chat of the Cerebras SDK with this key."""

    def make(url: str) -> None:
        from cerebras.cloud import sdk

        with (
            suppress(sdk.APIError),
            sdk.Cerebras(base_url=url, api_key=key, warm_tcp_connection=False) as client,
        ):
            client.chat.completions.create(model=MODEL, messages=MESSAGES)

    return make


def openai(key: str) -> Make:
    """Return a chat of the openai SDK with this key."""

    def make(url: str) -> None:
        import openai as sdk

        with suppress(sdk.APIError), sdk.OpenAI(base_url=f"{url}/v1", api_key=key) as client:
            client.chat.completions.create(model=MODEL, messages=MESSAGES)

    return make


def with_httpx(headers: dict[str, str], query: str = "") -> Make:
    """Return a chat of httpx with these header fields."""

    def make(url: str) -> None:
        httpx.post(f"{url}/v1/chat/completions{query}", headers=headers, json=BODY)

    return make


def with_requests(key: str) -> Make:
    """Return a chat of requests, which send a field as it is."""

    def make(url: str) -> None:
        fields = {"Authorization": f"Bearer {key}"}
        requests.post(f"{url}/v1/chat/completions", headers=fields, json=BODY, timeout=10)

    return make


def by_auth(url: str) -> None:
    """Hand over the key as the password of HTTP's own authentication."""
    auth = ("user", KEY)
    requests.post(f"{url}/v1/chat/completions", auth=auth, json=BODY, timeout=10)


def by_curl(url: str) -> None:
    """Leave a variable in single quotes, which the shell does not expand."""
    curl = shutil.which("curl")
    assert curl
    subprocess.run(
        [
            *(curl, "-s", f"{url}/v1/chat/completions", "-d", '{"model": "llama3.1-8b"}'),
            *("-H", "Content-Type: application/json"),
            *("-H", "Authorization: Bearer $CEREBRAS_API_KEY"),
        ],
        check=True,
        capture_output=True,
        timeout=20,
    )


def langchain(key: str) -> Make:
    """Return a chat of langchain-cerebras with this key."""

    def make(url: str) -> None:
        import openai as sdk
        from langchain_cerebras import ChatCerebras

        model = ChatCerebras(model=MODEL, api_key=key, base_url=f"{url}/v1", max_retries=0)
        with suppress(sdk.APIError):
            model.invoke("Say something.")

    return make


MADE: dict[str, Make] = {
    "no-key": with_httpx({}),
    "empty-key": with_requests(""),
    "key-in-another-field x-api-key": with_httpx({"x-api-key": KEY}),
    "key-in-another-field api-key": with_httpx({"api-key": KEY}),
    "key-in-query": with_httpx({}, f"?key={KEY}"),
    "key-in-query api_key": with_httpx({}, f"?api_key={KEY}"),
    "bearer-twice": cerebras(f"Bearer {KEY}"),
    "basic-key": by_auth,
    "other-scheme": with_httpx({"Authorization": f"Token {KEY}"}),
    "other-scheme api-key": with_httpx({"Authorization": f"Api-Key {KEY}"}),
    "glued-bearer": with_httpx({"Authorization": f"Bearer: {KEY}"}),
    "glued-bearer no space": with_httpx({"Authorization": f"Bearer{KEY}"}),
    "key-in-another-field Authentication": with_httpx({"Authentication": f"Bearer {KEY}"}),
    "object-as-key": with_requests("[object Promise]"),
    "object-as-key coroutine": openai("<coroutine object get_key at 0x7f3f5c2b1a40>"),
    "bytes-as-key": openai(f"{KEY.encode()}"),
    "json-as-key": openai(f'{{"CEREBRAS_API_KEY": "{KEY}"}}'),
    "secret-reference": openai("op://vault/cerebras/key"),
    "masked-key": with_requests("**********"),
    "no-bearer": with_httpx({"Authorization": KEY}),
    "no-value": openai("None"),
    "no-value undefined": with_httpx({"Authorization": "Bearer undefined"}),
    "local-key": openai("EMPTY"),
    "local-key ollama": langchain("ollama"),
    "unexpanded-key": by_curl,
    "unexpanded-key ${...}": cerebras("${CEREBRAS_API_KEY}"),
    "key-with-name": cerebras(f"CEREBRAS_API_KEY={KEY}"),
    "placeholder-key": cerebras("YOUR_API_KEY"),
    "placeholder-key <...>": openai("<your-api-key>"),
    "placeholder-key xxx": openai("xxxxxxxx"),
    "url-as-key": cerebras("https://api.cerebras.ai/v1"),
    "quoted-key": cerebras(f'"{KEY}"'),
    "quoted-key single": openai(f"'{KEY}'"),
    "upper-case-key": cerebras(KEY.upper()),
    "other-vendors-key": openai("sk-proj-" + "4f1dmock" * 5),
    "other-vendors-key gsk_": cerebras("gsk_" + "4f1dmock" * 6),
    "other-vendors-key AIza": langchain("AIza" + "4f1dmock" * 4),
    "unknown-key": cerebras("4f1dmock" * 6),
}


def newline(url: str) -> str:
    """Read a key from a file that ends with a newline: the client refuses to send it."""
    from cerebras.cloud import sdk

    try:
        with sdk.Cerebras(base_url=url, api_key=f"{KEY}\n", warm_tcp_connection=False) as client:
            client.chat.completions.create(model=MODEL, messages=MESSAGES)
    except sdk.APIConnectionError as error:
        return str(error.__cause__)
    return ""


def space(url: str) -> str:
    """Copy a key with a space after it."""
    try:
        fields = {"Authorization": f"Bearer {KEY} "}
        httpx.post(f"{url}/v1/chat/completions", headers=fields, json=BODY)
    except httpx.LocalProtocolError as error:
        return str(error)
    return ""


def another_variable(_: str) -> str:
    """Set the variable of another client; the SDK does not start."""
    from cerebras.cloud import sdk

    try:
        sdk.Cerebras()
    except sdk.CerebrasError as error:
        return str(error)
    return ""


UNSENT: dict[str, Callable[[str], str]] = {
    "key-with-newline": newline,
    "key-with-space": space,
    "key-in-another-variable": another_variable,
}
EDITIONS = {
    "no-key": "2026-11",
    "no-bearer": "2026-11",
    "basic-key": "2025-10",
}
