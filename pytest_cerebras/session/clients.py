"""
Official clients that talk to the mock.

An ordinary client spends 30 to 45 ms on loading CA certificates. These clients load none, so making
one costs very little. They need none, because they must never open a TLS connection.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from .mock import CerebrasMock

if TYPE_CHECKING:
    from cerebras.cloud.sdk import AsyncCerebras, Cerebras


@contextmanager
def sync_client(mock: CerebrasMock) -> Iterator[Cerebras]:
    """Yield a ``Cerebras`` client, and close it afterwards."""
    sdk = _sdk()
    http = sdk.DefaultHttpxClient(verify=_trusts_nobody())
    with sdk.Cerebras(**_settings(mock), http_client=http) as client:
        yield client


def async_client(mock: CerebrasMock) -> AsyncCerebras:
    """
    Return an ``AsyncCerebras`` client.

    The client keeps no connection open, because a fixture can't await ``close()`` in the test's
    event loop.
    """
    import httpx

    sdk = _sdk()
    limits = httpx.Limits(max_keepalive_connections=0)
    http = sdk.DefaultAsyncHttpxClient(verify=_trusts_nobody(), limits=limits)
    client: AsyncCerebras = sdk.AsyncCerebras(**_settings(mock), http_client=http)
    return client


def _settings(mock: CerebrasMock) -> dict[str, Any]:
    return {"base_url": mock.url, "api_key": mock.api_key, "warm_tcp_connection": False}


def _trusts_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _sdk() -> Any:
    try:
        from cerebras.cloud import sdk
    except ImportError as error:
        raise pytest.UsageError(
            "the fixture needs the official SDK: pip install cerebras-cloud-sdk"
        ) from error
    return sdk
