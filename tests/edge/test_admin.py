"""The admin API: what it does, whom it refuses, what it says of wrong input."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest

from mockserver.core.messages import Request
from mockserver.edge.admin import Admin, AdminResponse
from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock
from mockserver.edge.server.app import Site
from mockserver.edge.server.threaded import ThreadedServer

HOST = {"host": "127.0.0.1:80"}
INJECTED = b'{"schedule": {"first": 1}, "faults": [{"error": {"status": 507}}]}'


@pytest.fixture
def live():
    """Return an engine whose clock stands still."""
    return LiveEngine("wrong-key", clock=Clock(lambda: 1.8e9))


@pytest.fixture
def call(live):
    """Return a function that asks the API of that engine, from this machine if not said else."""

    def do(what, *, query="", body=b"", headers=HOST, peer="127.0.0.1", token=None):
        admin = Admin(live, "http://127.0.0.1:80", token)
        method, _, name = what.partition(" ")
        request = Request(method, f"/__mock__/{name}", headers, body, query)
        answer = admin.answer(request, peer)
        return answer.status, answer.body

    return do


def test_scenario(call):
    """It says what plays."""
    status, said = call("GET scenario")
    assert status == 200
    assert (said["name"], said["edition"], said["elapsed"]) == ("wrong-key", "guide", 0.0)


def test_play(call, live):
    """A scenario is played by name, with parameters, or as it stands in a file."""
    status, said = call("PUT scenario", query="name=stream-cut&after_tokens=3")
    assert (status, said["parameters"]) == (200, {"after_tokens": 3, "times": 2})
    assert live.scenario.rules[0].faults[0].after_tokens == 3
    body = b"name: mine\nparameters: {n: 1}\nseed: ${n}\n"
    assert call("PUT scenario", body=body, query="n=4")[1]["seed"] == 4
    assert live.scenario.name == "mine"


@pytest.mark.parametrize("what", ["PUT scenario", "POST inject"])
def test_a_bomb_is_refused(call, live, what):
    """A small text that would be a billion values is refused, and the scenario plays on."""
    lines = ["a0: &a0 x", *(f"a{at}: &a{at} [{f'*a{at - 1}, ' * 9}]" for at in range(1, 11))]
    status, said = call(what, body="\n".join(lines).encode())
    assert status == 400
    assert said["error"].startswith("body: has more than 200,000 keys and values, including each ")
    assert live.scenario.name == "wrong-key"


@pytest.mark.parametrize("query", ["", "format=har"])
def test_reading_the_journal_holds_nobody(call, live, ask, query):
    """Who reads the journal does not keep others from being answered, nor waits for them."""
    live.begin(ask())
    with ThreadPoolExecutor(1) as pool, live._lock:
        status, said = pool.submit(call, "GET journal", query=query).result(timeout=60)
    assert status == 200
    assert said


@pytest.mark.parametrize(
    "body",
    [{}, [], {"a": []}, {"log": {"é": [{"n": [1.5, None, {}]}, [], "x"], "b": {}}}, "x", [[]]],
)
def test_answers_are_json(body):
    """An answer that is written in pieces is the JSON that it would be at once."""
    _, data, _ = AdminResponse(200, body).plan
    assert data.data.decode() == json.dumps(body)


def test_nothing_of_a_file_is_quoted(call, tmp_path):
    """A name may link to any file, so what stands there is not told; nor of what a body extends."""
    secret = tmp_path / "secret"
    link = tmp_path / "x.yaml"
    link.symlink_to(secret)
    for text in ("root:x:0:0\n", "hunter2: 1\n", "a: hunter2\na: 1\n", "hunter2: {", "- hunter2"):
        secret.write_text(text)
        for asked in ({"query": f"name={link}"}, {"body": f"extends: {link}\nname: a".encode()}):
            status, said = call("PUT scenario", **asked)
            assert status == 400
            assert said["error"] == (
                f"{link}: is not a valid scenario or edition; cerebras-mock check says why"
            )


def test_inject_and_reset(call, live, ask):
    """A rule is put before all others, and gone when the scenario begins again."""
    assert call("POST inject", body=INJECTED) == (200, {"injected": "injected"})
    assert [live.begin(ask())[1].status for _ in range(2)] == [507, 401]
    call("POST inject", body=INJECTED)
    assert call("POST reset")[1]["name"] == "wrong-key"
    assert live.begin(ask())[1].status == 401


def test_journal(call, live, ask):
    """What happened is told as JSON or as a HAR, without what the API itself was asked."""
    live.begin(ask())
    call("GET scenario")
    status, (told,) = call("GET journal")
    assert (status, told["status"], told["rule"]) == (200, 401, "key revoked")
    (entry,) = call("GET journal", query="format=har")[1]["log"]["entries"]
    assert entry["request"]["url"] == "http://127.0.0.1:80/v1/chat/completions"


def test_clock(call, live):
    """Time is told and put ahead, and who follows the scenario is told."""
    followed = []
    live.followers.append(lambda: followed.append(live.elapsed))
    assert call("GET clock") == (200, {"now": 1.8e9, "elapsed": 0.0})
    for passed in (60.0, 120.0):
        said = {"now": 1.8e9 + passed, "elapsed": passed}
        assert call("POST clock", query="advance=1m") == (200, said)
    assert followed == [60.0, 120.0]
    assert call("POST clock", query="advance=36500d") == (
        400,
        {"error": "advance: should leave the clock at most 36500d ahead, found '36500d'"},
    )
    assert call("GET clock") == (200, said)


def test_shared_clock(call, live):
    """A clock by which the client itself would run out of time is left to the test."""
    live.clock.shared = True
    status, said = call("POST clock", query="advance=1m")
    assert (status, live.elapsed) == (400, 0.0)
    assert said["error"] == "the client shares this clock; call advance() in the test"


@pytest.mark.parametrize(
    ("what", "more", "status", "said"),
    [
        ("GET journl", {}, 404, "nothing is called 'journl'; did you mean 'journal'?"),
        ("POST journal", {}, 405, "journal takes GET, found POST"),
        ("DELETE scenario", {}, 405, "scenario takes GET and PUT, found DELETE"),
        ("PUT scenario", {}, 400, "should have ?name=SCENARIO, or a scenario as its body"),
        (
            "PUT scenario",
            {"query": "name=healthy", "body": b"name: x"},
            400,
            "should have ?name=SCENARIO, or a scenario as its body, not both",
        ),
        ("PUT scenario", {"query": "name=helthy"}, 400, "no scenario is called 'helthy'; did"),
        ("PUT scenario", {"query": "name=stream-cut&tims=3"}, 400, "no parameter of stream-cut"),
        ("PUT scenario", {"query": "name=stream-cut&times=["}, 400, "times:2:1: not YAML: "),
        ("PUT scenario", {"body": b"name: x\nruls: []"}, 400, "body:2:1: unknown key 'ruls'; "),
        ("PUT scenario", {"body": b"\xff"}, 400, "body: is not text in UTF-8"),
        ("POST inject", {"body": b"faults: [cutt: {}]"}, 400, "body:1:10: faults[0]: unknown"),
        ("POST inject", {}, 400, "body:1:1: should be a mapping"),
        ("POST reset", {"query": "a=1"}, 400, "unknown parameter 'a'; there are none"),
        (
            "GET journal",
            {"query": "format=ha"},
            400,
            "no format is called 'ha'; did you mean 'h",
        ),
        (
            "GET journal",
            {"query": "form=har"},
            400,
            "unknown parameter 'form'; did you mean 'fo",
        ),
        (
            "POST clock",
            {"query": "advance=5"},
            400,
            "advance: should be a duration with its uni",
        ),
        ("POST clock", {}, 400, "advance: should be a duration with its unit"),
        ("GET clock", {"query": "a=1&a=2"}, 400, "'a' is given twice"),
    ],
)
def test_wrong_input(call, live, what, more, status, said):
    """It is one sentence, and what plays goes on."""
    found, body = call(what, **more)
    assert found == status
    assert body["error"].startswith(said)
    assert "\n" not in body["error"]
    assert live.scenario.name == "wrong-key"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"headers": {"host": "[::1]:80"}, "peer": "::1"}, 200),
        ({"headers": {"host": "localhost:80", "origin": "http://localhost:80"}}, 200),
        ({"headers": HOST | {"sec-fetch-site": "same-origin"}}, 200),
        ({"headers": HOST | {"origin": "https://evil.example"}}, 403),
        ({"headers": HOST | {"origin": "http://127.0.0.1:81"}}, 403),
        ({"headers": HOST | {"origin": "https://127.0.0.1:80"}}, 403),
        ({"headers": HOST | {"authorization": "Bearer \udcff"}, "token": "t"}, 401),
        ({"headers": HOST | {"origin": "null"}}, 403),
        ({"headers": HOST | {"sec-fetch-site": "cross-site"}}, 403),
        ({"headers": {"host": "evil.example"}}, 403),
        ({"headers": {}}, 403),
        ({"headers": {"host": "[::1"}}, 403),
        ({"headers": HOST | {"origin": "http://[::1"}}, 403),
        ({"peer": "192.0.2.1"}, 403),
        ({"peer": "192.0.2.1", "token": "t", "headers": {"host": "mock:80"}}, 401),
        ({"token": "t"}, 401),
        ({"token": "t", "headers": HOST | {"authorization": "Bearer T"}}, 401),
        ({"token": "t", "headers": {"host": "mock:80", "authorization": "Bearer t"}}, 200),
        (
            {
                "token": "t",
                "headers": HOST | {"authorization": "Bearer t", "origin": "https://evil.example"},
            },
            403,
        ),
    ],
)
def test_who_may_ask(call, more, status):
    """Who is on this machine and says so, or has the token; never another site's page."""
    found, body = call("GET scenario", **more)
    assert found == status
    assert ("error" in body) is (status != 200)


def test_over_the_wire(live):
    """The server answers it beside the API of Cerebras, and notes nothing of it."""
    with ThreadedServer(live) as server, httpx.Client(base_url=server.url) as client:
        assert client.put("/__mock__/scenario?name=restart&lasting=0s").json()["name"] == "restart"
        assert client.get("/__mock__/journal").json() == []
        assert client.get("/__mock__/scenario", headers={"host": "a.example"}).status_code == 403
        assert client.post("/__mock__/clock?advance=1h").json()["elapsed"] == 3600.0
        assert client.get("/public/v1/models").status_code == 200
        assert len(live.journal.exchanges) == 1


@pytest.mark.parametrize(("shared", "status"), [(False, 401), (True, 404)])
def test_site(live, shared, status):
    """A site asks for its token; on a port that others share there is no such API."""
    live.play("healthy")

    async def ask():
        site = Site(live, token="t")
        await site.start(shared=shared)
        async with httpx.AsyncClient() as client:
            fields = {"authorization": "Bearer csk-0000"}
            found = await client.get(f"{site.url}/__mock__/scenario", headers=fields)
        await site.stop()
        return found.status_code

    assert anyio.run(ask) == status
