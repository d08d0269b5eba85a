"""The status page over real sockets, on a clock that a test moves."""

from __future__ import annotations

import socket

import httpx
import pytest
from cerebras.cloud.sdk import Cerebras, DefaultHttpxClient, InternalServerError

from mockserver.core.messages import Request
from mockserver.edge.budget import Budget
from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.play.clock import Clock, ScaledClock
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.journal import StatusLook
from mockserver.scenario import parse

NOW = 1_800_000_000.0
OUTAGE = """
name: outage
rules: [{schedule: {window: {after: 10s, for: 30s}}, faults: [error: {status: 503}]}]
"""
PATHS = ("/status", "/api/v2/status.json", "/api/v2/summary.json")


@pytest.fixture
def live():
    """Return an engine that plays an outage, on a clock that stands still but for jumps."""
    return LiveEngine(parse(OUTAGE), clock=Clock(lambda: NOW))


@pytest.fixture
def page(live):
    """Yield a client of its server."""
    with ThreadedServer(live) as server, httpx.Client(base_url=server.url, timeout=10) as client:
        yield client


def indicator(page):
    return page.get("/api/v2/status.json").json()["status"]["indicator"]


def test_follows(live, page):
    """It shows the outage within a second of its begin, and within a second of its end."""
    seen = [indicator(page)]
    for step in (9.0, 1.5, 28.0, 2.0):  # 9, 10.5, 38.5 and 40.5 s after the start
        live.advance(step)
        seen.append(indicator(page))
    assert seen == ["none", "none", "critical", "critical", "none"]


def test_as_the_app_sees_it(live, page):
    """An SDK fails just while the page says so."""
    with Cerebras(
        api_key="csk-0000",
        base_url=str(page.base_url),
        max_retries=0,
        warm_tcp_connection=False,
        http_client=DefaultHttpxClient(),
    ) as client:
        for step, said in ((9.0, "none"), (1.5, "critical"), (30.0, "none")):
            live.advance(step)
            assert indicator(page) == said
            if said == "critical":
                with pytest.raises(InternalServerError):
                    client.models.list()
            else:
                assert client.models.list().data
    assert [exchange.status for exchange in live.journal.exchanges] == [200, 503, 200]


@pytest.mark.parametrize("edition", ["guide", "2026-11"])
def test_components(edition):
    """It has the models that the API serves, and none that it has retired."""
    live = LiveEngine("healthy", Overrides(edition=edition))
    with ThreadedServer(live) as server, httpx.Client(base_url=server.url) as client:
        shown = client.get("/api/v2/summary.json").json()["components"]
        served = client.get("/public/v1/models").json()["data"]
    models = [one["id"] for one in served]
    assert [one["name"] for one in shown][: len(models)] == models
    assert len(shown) == len(models) + 2


def test_time_scale():
    """On a scaled clock the window is as much shorter."""
    real = [0.0]
    live = LiveEngine(parse(OUTAGE), clock=ScaledClock(0.1, lambda: NOW + real[0]))
    with ThreadedServer(live) as server, httpx.Client(base_url=server.url) as page:
        seen = []
        for real[0] in (0.9, 1.05, 3.95, 4.05):
            seen.append(indicator(page))
    assert seen == ["none", "critical", "critical", "none"]


@pytest.mark.parametrize("path", PATHS)
def test_methods(live, page, path):
    """HEAD is GET without a body, on a connection that lives on; all else is a 405."""
    whole, head, wrong = page.get(path), page.head(path), page.post(path, json={"a": 1})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")
    known = page.get(path, headers={"if-none-match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    live.advance(10.0)
    assert page.get(path).headers["etag"] != whole.headers["etag"]


def test_apart(live, page):
    """It is no request to the API: neither in the journal nor in the budget; looks are noted."""
    live.budget = Budget(2, 2)
    for _ in range(5):
        page.get("/status")
    assert (live.journal.count, live.journal.exchanges) == (0, [])
    assert list(live.journal.status_looks) == [StatusLook(NOW, "/status")] * 5
    head = {"authorization": "Bearer csk-0000"}
    assert [page.get("/v1/models", headers=head).status_code for _ in range(2)] == [200, 200]
    live.play("healthy")
    assert live.journal.status_looks.count == 0


def test_from_elsewhere(live, page):
    """A look that is left over from an earlier test is answered, and nobody's."""
    live.elsewhere = lambda _: "from a thread"
    assert page.get("/status").status_code == 200
    assert live.journal.status_looks.count == 0


def test_schedules_do_not_count_it():
    """A look is not the first request of a rule."""
    live = LiveEngine(
        parse("{name: x, rules: [{schedule: {first: 1}, faults: [error: {status: 503}]}]}")
    )
    with ThreadedServer(live) as server, httpx.Client(base_url=server.url) as client:
        client.get("/status")
        assert client.get("/v1/models").status_code == 503


def test_wrong_base_url(page):
    """An app with a wrong base URL meets the API's own 404, next to the page too."""
    for path in ("/status/chat/completions", "/api/v2/models", "/status/"):
        answer = page.get(path, headers={"authorization": "Bearer csk-0000"})
        assert (answer.status_code, answer.content) == (404, b"")


def test_fast_path(live):
    """The head of a look is not remembered, and the API is answered behind it."""
    ask = b"GET %s HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer csk-0\r\n\r\n"
    with (
        ThreadedServer(live) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as client,
    ):
        for path, status in ((b"/status", 200), (b"/v1/models", 200), (b"/status", 200)):
            client.sendall(ask % path)
            found = client.recv(100)
            assert found.startswith(b"HTTP/1.1 %d " % status)
            while not found.endswith((b"</html>\n", b"]}")):
                found += client.recv(65536)
        assert [look.path for look in live.journal.status_looks] == ["/status", "/status"]
        assert len(live.journal.exchanges) == 1


def test_shut_port():
    """Who can still look while the port is shut, in process, does not look too often."""
    live = LiveEngine(parse("{name: x, port: {refuses: {for: 5s}}}"), clock=Clock(lambda: NOW))
    head, *_ = live.status_page(Request("GET", "/status"), "http://mock/status")
    assert head.status == 200
    assert live.journal.status_looks.count == 0
