"""Writes the journal for other programs, as plain JSON or as an HTTP Archive (HAR 1.2)."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from mockserver.core.credentials import redacted, shown_field
from mockserver.plan import Head, Wait, head_of, inspection

from . import Exchange, Journal

_UNKNOWN = -1
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_FACTS = (
    *("number", "at", "finished", "endpoint", "model", "stream", "status", "outcome"),
    *("finish_reason", "retry_after", "rule", "faults", "attempt"),
    *("prompt_tokens", "completion_tokens", "client_left"),
)


def as_json(journal: Journal, replica: str = "") -> list[dict[str, Any]]:
    """
    Return the kept exchanges as JSON, each with the name of the ``replica``, if any.

    Times are in seconds since the epoch. API keys are shortened, as in the journal.
    """
    where = {"replica": replica} if replica else {}
    return [{**_facts(exchange), **where} for exchange in journal.exchanges]


def as_har(journal: Journal, url: str, replica: str = "") -> dict[str, Any]:
    """Return the kept exchanges as a HAR, in which the mock is at the ``url``."""
    creator = {"name": "cerebras-mock", "version": version("pytest-cerebras")}
    entries = [_entry(exchange, url) for exchange in journal.exchanges]
    where = {"comment": f"replica {replica}"} if replica else {}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries, **where}}


def _facts(exchange: Exchange) -> dict[str, Any]:
    asked = exchange.request
    return {
        **{name: getattr(exchange, name) for name in _FACTS},
        "method": asked.method,
        "path": asked.path,
        "query": asked.query,
        "body": exchange.body,
        "near_misses": list(map(str, exchange.near_misses)),
    }


def _entry(exchange: Exchange, url: str) -> dict[str, Any]:
    total = 1000 * (exchange.over - exchange.at)
    wait = min(total, _milliseconds_before_head(exchange))
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.at, UTC).isoformat(),
        "time": total,
        "request": _request(exchange, url),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": total - wait},
        "comment": exchange.line(),
    }


def _milliseconds_before_head(exchange: Exchange) -> float:
    before = 0.0
    for step in exchange.plan:
        if isinstance(step, Head):
            return before
        if isinstance(step, Wait):
            before += 1000 * step.seconds
    return math.inf


def _request(exchange: Exchange, url: str) -> dict[str, Any]:
    asked = exchange.request
    query = f"?{asked.query}" if asked.query else ""
    kind = asked.headers.get("content-type", "application/json")
    body = {"postData": {"mimeType": kind, **_text(asked.body)}} if asked.body else {}
    return {
        "method": asked.method,
        "url": f"{url}{asked.path}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(asked.headers.items()),
        "queryString": _pairs(parse_qsl(asked.query, keep_blank_values=True)),
        **body,
        "headersSize": _UNKNOWN,
        "bodySize": exchange.gist.request_bytes if exchange.gist else len(asked.body),
    }


def _response(exchange: Exchange) -> dict[str, Any]:
    head = head_of(exchange.plan) or Head(0)
    body = inspection.sent_body(exchange.plan)
    return {
        "status": head.status,
        "statusText": _PHRASES.get(head.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs((name, shown_field(name, value)) for name, value in head.headers),
        "content": {
            "size": len(body),
            "mimeType": head.header("content-type") or "",
            **_text(body),
        },
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": exchange.gist.answer_bytes if exchange.gist else len(body),
    }


def _pairs(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def _text(body: bytes) -> dict[str, str]:
    """Return a body in HAR's form: as text, or in base64 if the body is not UTF-8."""
    try:
        return {"text": redacted(body.decode())}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}
