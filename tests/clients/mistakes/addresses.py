"""Mistakes in the address of a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

MODEL = "llama3.1-8b"
KEY = "csk-" + "4f1dmock" * 6
MESSAGES = [{"role": "user", "content": "Say something."}]


def cerebras(path: str) -> Callable[[str], None]:
    """Return a chat of the Cerebras SDK with this path in its base URL."""

    def make(url: str) -> None:
        from cerebras.cloud import sdk

        with (
            suppress(sdk.APIError),
            sdk.Cerebras(base_url=url + path, api_key=KEY, warm_tcp_connection=False) as client,
        ):
            client.chat.completions.create(model=MODEL, messages=MESSAGES)

    return make


MADE: dict[str, Callable[[str], None]] = {
    "two-v1": cerebras("/v1"),
}
