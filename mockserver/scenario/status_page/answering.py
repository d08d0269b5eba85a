"""
Answers requests to the status page.

A request that names the host of the real page is for the page, whatever its path is. A request that
names the host of the real API is not. If a request names any other host, it is for the page if its
path is listed below.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import TypeAlias

from mockserver.api.contract.problem import HOST as API_HOST
from mockserver.core.messages import Request
from mockserver.plan import Data, End, Head, Headers, Plan, without_body

from .documents import Document, Page

HOST = "status.cerebras.ai"
PATH = "/status"
"""The path of the page for people; the page's JSON API also answers below this path."""

_Body: TypeAlias = tuple[str, bytes]
_JSON, _HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
_METHODS = ("GET", "HEAD")


def _json(document: Document) -> _Body:
    return _JSON, json.dumps(document).encode()


_API: Mapping[str, Callable[[Page], _Body]] = {
    "/api/v2/status.json": lambda page: _json(page.status()),
    "/api/v2/summary.json": lambda page: _json(page.summary()),
}
_PAGES: Mapping[str, Callable[[Page], _Body]] = {
    PATH: lambda page: (_HTML, page.html().encode()),
    **_API,
    **{f"{PATH}{path}": body for path, body in _API.items()},
}
_OWN_HOST = {**_PAGES, "/": _PAGES[PATH]}


def concerns(path: str, host: str) -> bool:
    """Return whether a request to a path is for the status page; ``host`` may have a port."""
    name = _name(host)
    return name == HOST or (path in _PAGES and name != API_HOST)


def url_at(host: str, scheme: str) -> str:
    """Return the URL of the page for a client that names this host."""
    return f"https://{HOST}" if _name(host) == HOST else f"{scheme}://{host}{PATH}"


def answer(request: Request, page: Page) -> Plan:
    """Return the answer to a request for the page or its API."""
    pages = _OWN_HOST if _name(request.headers.get("host", "")) == HOST else _PAGES
    if request.path not in pages:
        return _plan(request, HTTPStatus.NOT_FOUND, (), _json({"error": "Not found"}))
    if request.method not in _METHODS:
        refused = _json({"error": "Method not allowed"})
        allow = (("allow", ", ".join(_METHODS)),)
        return _plan(request, HTTPStatus.METHOD_NOT_ALLOWED, allow, refused)
    body = pages[request.path](page)
    tag = f'"{blake2b(body[1], digest_size=8).hexdigest()}"'
    fields = (
        ("cache-control", "max-age=0, must-revalidate"),  # the page may change at any moment
        ("etag", tag),
        ("access-control-allow-origin", "*"),
    )
    if _is_known(tag, request.headers.get("if-none-match", "")):
        return (Head(HTTPStatus.NOT_MODIFIED, fields), End())
    return _plan(request, HTTPStatus.OK, fields, body)


def _name(host: str) -> str:
    return host.lower().partition(":")[0].rstrip(".")


def _is_known(tag: str, field: str) -> bool:
    """Return whether an ``If-None-Match`` field contains the tag (RFC 9110, 13.1.2)."""
    known = [one.strip().removeprefix("W/") for one in field.split(",")]
    return tag in known or known == ["*"]


def _plan(request: Request, status: int, fields: Headers, body: _Body) -> Plan:
    media_type, data = body
    own = (("content-type", media_type), ("content-length", str(len(data))), *fields)
    plan: Plan = (Head(status, own), Data(data), End())
    return without_body(plan) if request.method == "HEAD" else plan
