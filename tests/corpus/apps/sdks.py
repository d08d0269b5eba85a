"""The official clients, as an app makes them."""

from __future__ import annotations

from typing import Any

import openai as of_openai
from cerebras.cloud import sdk as of_cerebras

from tests.corpus.pair import Mock

from .chat import TRUST

_open: list[of_cerebras.Cerebras | of_openai.OpenAI] = []


def close_all() -> None:
    """Close the clients that apps have left open, as the end of their process does."""
    while _open:
        _open.pop().close()


def cerebras(mock: Mock, **settings: Any) -> of_cerebras.Cerebras:
    """Return the client of Cerebras."""
    http = of_cerebras.DefaultHttpxClient(verify=TRUST)
    settings |= {"api_key": mock.api_key, "http_client": http}
    _open.append(client := of_cerebras.Cerebras(warm_tcp_connection=False, **settings))
    return client


def async_cerebras(mock: Mock, **settings: Any) -> of_cerebras.AsyncCerebras:
    """Return the async client of Cerebras."""
    http = of_cerebras.DefaultAsyncHttpxClient(verify=TRUST)
    settings |= {"api_key": mock.api_key, "http_client": http}
    return of_cerebras.AsyncCerebras(warm_tcp_connection=False, **settings)


def openai(mock: Mock, **settings: Any) -> of_openai.OpenAI:
    """Return OpenAI's client, pointed at Cerebras."""
    http = of_openai.DefaultHttpxClient(verify=TRUST)
    settings |= {"api_key": mock.api_key, "base_url": mock.openai_url, "http_client": http}
    _open.append(client := of_openai.OpenAI(**settings))
    return client


def async_openai(mock: Mock, **settings: Any) -> of_openai.AsyncOpenAI:
    """Return OpenAI's async client, pointed at Cerebras."""
    http = of_openai.DefaultAsyncHttpxClient(verify=TRUST)
    settings |= {"api_key": mock.api_key, "base_url": mock.openai_url, "http_client": http}
    return of_openai.AsyncOpenAI(**settings)
