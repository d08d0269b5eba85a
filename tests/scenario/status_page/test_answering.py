"""How requests to the page are answered."""

from __future__ import annotations

import json

import pytest

from mockserver.core.messages import Request
from mockserver.plan import Data, End, Head
from mockserver.scenario import Scenario
from mockserver.scenario.status_page.answering import HOST, answer, concerns, url_at
from mockserver.scenario.status_page.documents import Page
from mockserver.scenario.status_page.outages import Outages

PATHS = (
    "/status",
    "/api/v2/status.json",
    "/api/v2/summary.json",
    "/status/api/v2/status.json",
    "/status/api/v2/summary.json",
)
OWN = "127.0.0.1:8000"


def asked(path, method="GET", host=OWN, **fields):
    page = Page(Outages(Scenario("test"), ("gpt-oss-120b",)).shown(0.0), 0.0, url_at(host, "http"))
    return answer(Request(method, path, {"host": host, **fields}), page)


@pytest.mark.parametrize(
    ("path", "host", "concerned"),
    [
        *((path, OWN, True) for path in PATHS),
        *((path, "api.cerebras.ai", False) for path in PATHS),
        *((path, "status.cerebras.ai", True) for path in (*PATHS, "/", "/nowhere")),
        ("/status", "", True),
        ("/nowhere", "Status.Cerebras.AI.:443", True),
        ("/", OWN, False),
        ("/status/", OWN, False),
        ("/status/chat/completions", OWN, False),
        ("/v1/status", OWN, False),
        ("/api/v2", OWN, False),
        ("/api/v2/chat/completions", OWN, False),
    ],
)
def test_concerns(path, host, concerned):
    """The page has few paths on the API's port, all on its own host, none on that of the API."""
    assert concerns(path, host) is concerned


def test_url():
    """A page is where its client has found it."""
    assert url_at(OWN, "https") == f"https://{OWN}/status"
    assert url_at("status.cerebras.ai:443", "http") == f"https://{HOST}"


@pytest.mark.parametrize("path", PATHS)
def test_get(path):
    """Each document is whole, says what it is, and may not be kept without asking again."""
    head, body, end = asked(path)
    assert isinstance(head, Head)
    assert isinstance(body, Data)
    assert (head.status, end) == (200, End())
    assert head.header("content-length") == str(len(body.data))
    assert head.header("cache-control") == "max-age=0, must-revalidate"
    assert head.header("access-control-allow-origin") == "*"
    if path.endswith(".json"):
        assert head.header("content-type") == "application/json; charset=utf-8"
        assert json.loads(body.data)["status"]["indicator"] == "none"
    else:
        assert head.header("content-type") == "text/html; charset=utf-8"
        assert body.data.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("path", PATHS)
def test_head(path):
    """HEAD has the fields of GET, and no body."""
    (whole, *_), (head, *rest) = asked(path), asked(path, "HEAD")
    assert (head.status, head.headers, head.bodiless) == (200, whole.headers, True)
    assert not any(isinstance(step, Data) for step in rest)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods(method):
    """Nothing else can be done to a page."""
    head, *_ = asked("/api/v2/status.json", method)
    assert (head.status, head.header("allow")) == (405, "GET, HEAD")


def test_own_host():
    """Its own host has the page at its root, and is a 404 elsewhere."""
    assert asked("/", host=HOST)[0].status == 200
    assert asked("/v1/chat/completions", "POST", host=HOST)[0].status == 404


def test_etag():
    """Who has the page already is told so, in each of the forms of the field."""
    tag = asked("/status")[0].header("etag")
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        head, end = asked("/status", **{"if-none-match": known})
        assert (head.status, head.header("etag"), end) == (304, tag, End())
    for other in ('"other"', "", tag.strip('"')):
        assert asked("/status", **{"if-none-match": other})[0].status == 200
    assert asked("/api/v2/status.json")[0].header("etag") != tag
