"""Files and batches, asked of an engine."""

from __future__ import annotations

import json

import pytest

from mockserver.core.messages import Request
from mockserver.engine import storage
from mockserver.faults import Error
from mockserver.plan import Data, head_of
from mockserver.scenario import Rule, Schedule

CHAT = "/v1/chat/completions"
KEY = {"authorization": "Bearer csk-0000"}
HI = [{"role": "user", "content": "hi"}]
BODIES = {
    "good": {"model": "llama3.1-8b", "messages": HI},
    "short": {"model": "llama3.1-8b", "messages": HI, "max_tokens": 2},
    "lost": {"model": "gpt-4o", "messages": HI},
    "bad": {"model": "llama3.1-8b"},
    "stream": {"model": "llama3.1-8b", "messages": HI, "stream": True},
}


def jsonl(bodies, url=CHAT):
    lines = (
        {"custom_id": name, "method": "POST", "url": url, "body": body}
        for name, body in bodies.items()
    )
    return "\n".join(map(json.dumps, lines)).encode()


def form(content, boundary="b"):
    fields = f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n'
    return f"{fields}{file}\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()


class Client:
    """Asks one engine, at a time that the test sets."""

    def __init__(self, engine, now):
        self.engine, self.now = engine, now

    def ask(self, method, path, body=b"", **headers):
        """Return the status; what came is in ``exchange`` and ``said``."""
        path, _, query = path.partition("?")
        request = Request(method, path, KEY | headers, body, query)
        self.exchange = self.engine.handle(request, now=self.now)
        self.said = b"".join(s.data for s in self.exchange.plan if isinstance(s, Data))
        return head_of(self.exchange.plan).status

    def got(self, method, path, body=b"", **headers):
        """Return the object of an answer with 200."""
        assert self.ask(method, path, body, **headers) == 200, self.said
        return json.loads(self.said)

    def upload(self, content, boundary="b", expected=200):
        """Return the object of a file."""
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        assert self.ask("POST", "/v1/files", form(content, boundary), **kind) == expected
        return json.loads(self.said)

    def create(self, content, **changes):
        """Return the object of a batch of these lines."""
        body = {
            "input_file_id": self.upload(content)["id"],
            "endpoint": CHAT,
            "completion_window": "24h",
        }
        return self.got("POST", "/v1/batches", json.dumps(body | changes).encode())

    def lines(self, name):
        """Return what stands in a file of answers, by the custom ids."""
        assert self.ask("GET", f"/v1/files/{name}/content") == 200
        return {one["custom_id"]: one for one in map(json.loads, self.said.splitlines())}


@pytest.fixture
def client(engine, now):
    """Return a client of an engine that plays no rules."""
    return Client(engine(), now)


def test_file(client):
    """A file is uploaded, listed, retrieved, read and deleted."""
    file = client.upload(b"{}\n\xff")
    assert (file["bytes"], file["filename"], file["created_at"]) == (4, "in.jsonl", int(client.now))
    assert client.got("GET", "/v1/files")["data"] == [file]
    assert client.got("GET", f"/v1/files/{file['id']}") == file
    assert client.ask("GET", f"/v1/files/{file['id']}/content") == 200
    assert client.said == b"{}\n\xff"
    kind = head_of(client.exchange.plan).header("content-type")
    assert kind == "application/octet-stream"
    gone = client.got("DELETE", f"/v1/files/{file['id']}")
    assert gone == {"id": file["id"], "object": "file", "deleted": True}
    assert client.got("GET", "/v1/files")["data"] == []


def test_batch(client):
    """A batch answers its lines as the API would have, one after the other."""
    batch = client.create(jsonl(BODIES), metadata={"for": "test"})
    assert (batch["status"], batch["metadata"]) == ("validating", {"for": "test"})
    client.now += 1.2
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    assert batch["status"] == "in_progress"
    assert batch["request_counts"] == {"total": 5, "completed": 2, "failed": 0}
    assert batch["output_file_id"] is None
    client.now += 10
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    assert batch["status"] == "completed"
    assert batch["request_counts"] == {"total": 5, "completed": 2, "failed": 3}
    good = client.lines(batch["output_file_id"])
    assert list(good) == ["good", "short"]
    assert {one["response"]["status_code"] for one in good.values()} == {200}
    assert good["short"]["response"]["body"]["usage"]["completion_tokens"] == 2
    bad = client.lines(batch["error_file_id"])
    assert {name: one["response"]["status_code"] for name, one in bad.items()} == {
        "lost": 404,
        "bad": 400,
        "stream": 400,
    }
    assert bad["bad"]["response"]["body"]["message"] == "messages: Field required"
    assert bad["stream"]["response"]["body"]["message"] == "stream: A batch has no streams"
    assert len({one["id"] for one in (good | bad).values()}) == 5


def test_answers_do_not_depend_on_who_looks(engine, now):
    """The files are the same whether the batch is watched or only looked at when it is over."""
    clients = [Client(engine(), now), Client(engine(), now)]
    batches = [client.create(jsonl(BODIES)) for client in clients]
    assert batches[0] == batches[1]
    for _ in range(20):
        clients[0].now += 0.1
        clients[0].got("GET", "/v1/batches")
    for client in clients:
        client.now = now + 60
    listed = [client.got("GET", "/v1/files") for client in clients]
    assert listed[0] == listed[1]
    assert len(listed[0]["data"]) == 3
    output = clients[0].got("GET", f"/v1/batches/{batches[0]['id']}")["output_file_id"]
    assert clients[0].lines(output) == clients[1].lines(output)


def test_lines_are_examined(client):
    """A line is refused what a request would be refused, however well-formed it is."""
    url = "/v1/completions"
    line = {"model": "llama3.1-8b", "prompt": "One", "n": 10**15}
    batch = client.create(jsonl({"many": line}, url), endpoint=url)
    client.now += 60
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    response = client.lines(batch["error_file_id"])["many"]["response"]
    assert response["status_code"] == 400
    assert response["body"]["message"] == '"n" > 1 is not currently supported'


def test_text_completions(client):
    """A batch of text completions has only those."""
    url = "/v1/completions"
    content = jsonl({"a": {"model": "llama3.1-8b", "prompt": "One"}}, url)
    batch = client.create(content, endpoint=url)
    client.now += 60
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    answer = client.lines(batch["output_file_id"])["a"]["response"]["body"]
    assert answer["object"] == "text_completion"
    assert batch["error_file_id"] is None


def test_lines_of_chat_are_examined(client):
    """A line is refused for what a request of its own would be refused for."""
    batch = client.create(jsonl({"two": BODIES["good"] | {"n": 2}}))
    client.now += 60
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    refused = client.lines(batch["error_file_id"])["two"]["response"]
    assert refused["status_code"] == 400
    assert refused["body"]["message"] == '"n" > 1 is not currently supported'


def test_bad_input(client):
    """A batch whose input is no list of requests fails."""
    batch = client.create(b"nonsense")
    client.now += 1
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    assert (batch["status"], batch["errors"]["data"][0]["line"]) == ("failed", 1)
    assert client.ask("POST", f"/v1/batches/{batch['id']}/cancel") == 400
    assert json.loads(client.said)["message"] == f"Batch {batch['id']} is failed already"


def test_cancel(client):
    """A cancelled batch hands out what it had by then."""
    batch = client.create(jsonl({str(n): BODIES["good"] for n in range(30)}))
    client.now += 2
    cancelling = client.got("POST", f"/v1/batches/{batch['id']}/cancel")
    assert cancelling["status"] == "cancelling"
    client.now += 0.5
    again = client.got("POST", f"/v1/batches/{batch['id']}/cancel")
    assert again == cancelling
    client.now += 5
    batch = client.got("GET", f"/v1/batches/{batch['id']}")
    assert (batch["status"], batch["request_counts"]["completed"]) == ("cancelled", 10)
    assert len(client.lines(batch["output_file_id"])) == 10


def test_deleted_output_stays_deleted(client):
    """A file that a batch wrote can be deleted like any other."""
    batch = client.create(jsonl({"a": BODIES["good"]}))
    client.now += 60
    output = client.got("GET", f"/v1/batches/{batch['id']}")["output_file_id"]
    client.got("DELETE", f"/v1/files/{output}")
    assert client.ask("GET", f"/v1/files/{output}") == 404


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1/files/x", "File"),
        ("GET", "/v1/files/x/content", "File"),
        ("DELETE", "/v1/files/x", "File"),
        ("GET", "/v1/batches/x", "Batch"),
        ("POST", "/v1/batches/x/cancel", "Batch"),
    ],
)
def test_unknown(client, method, path, kind):
    """What does not exist is a flat 404."""
    assert client.ask(method, path) == 404
    assert json.loads(client.said) == {
        "message": f"{kind} x does not exist",
        "type": "not_found_error",
        "param": "id",
        "code": "not_found",
    }
    assert client.exchange.model == ""


def test_unknown_input(client):
    """A batch of a file that does not exist is not created."""
    body = {"input_file_id": "x", "endpoint": CHAT, "completion_window": "24h"}
    assert client.ask("POST", "/v1/batches", json.dumps(body).encode()) == 400
    assert json.loads(client.said)["message"] == "input_file_id: File x does not exist"
    assert client.ask("POST", "/v1/batches", b"{}") == 400
    assert client.got("GET", "/v1/batches")["data"] == []


def test_key(client):
    """All of it wants a key."""
    client.ask("GET", "/v1/files", authorization="Bearer sk-1")
    assert client.exchange.status == 401


def test_pages(client):
    """A list has the newest first, in pages."""
    names = [client.upload(b"{}")["id"] for _ in range(5)][::-1]
    page = client.got("GET", "/v1/files?limit=2")
    assert [one["id"] for one in page["data"]] == names[:2]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (names[0], names[1], True)
    page = client.got("GET", f"/v1/files?limit=3&after={names[1]}")
    assert [one["id"] for one in page["data"]] == names[2:]
    assert page["has_more"] is False
    assert client.got("GET", "/v1/files?purpose=batch_output")["data"] == []
    assert client.ask("GET", "/v1/files?limit=0") == 400
    said = json.loads(client.said)["message"]
    assert said == "query.limit: Input should be greater than or equal to 1"
    assert client.got("GET", "/v1/batches")["first_id"] is None


def test_head_changes_nothing(client):
    """HEAD is answered like GET, without the body."""
    client.upload(b"{}")
    assert client.ask("HEAD", "/v1/files") == 200
    assert client.said == b""


class Outage:
    """A fault that can be switched on."""

    on = False

    def apply(self, plan, context):
        """Make an error of the answer while it is on."""
        outage = Error(problem="service_unavailable")
        return outage.apply(plan, context) if self.on else plan


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/files"),
        ("POST", "/v1/batches"),
        ("DELETE", "/v1/files/{file}"),
        ("POST", "/v1/batches/{batch}/cancel"),
    ],
)
def test_error_changes_nothing(engine, now, method, path):
    """A request whose answer a fault makes an error is as if it had never come."""
    outage = Outage()
    client = Client(engine(Rule(faults=(outage,))), now)
    batch = client.create(jsonl({"a": BODIES["good"]}))
    client.upload(b"{}")
    kept = client.got("GET", "/v1/files"), client.got("GET", "/v1/batches")
    request = {name: batch[name] for name in ("input_file_id", "endpoint", "completion_window")}
    file = path == "/v1/files"
    kind = {"content-type": "multipart/form-data; boundary=b"} if file else {}
    body = form(b"{}") if file else json.dumps(request).encode()
    path = path.format(file=batch["input_file_id"], batch=batch["id"])
    outage.on = True
    assert client.ask(method, path, body, **kind) == 503
    outage.on = False
    assert (client.got("GET", "/v1/files"), client.got("GET", "/v1/batches")) == kept
    assert client.ask(method, path, body, **kind) == 200
    assert (client.got("GET", "/v1/files"), client.got("GET", "/v1/batches")) != kept


def test_refusal_takes_nothing_back(client):
    """An error about something else leaves the last change alone."""
    file = client.upload(b"{}")
    assert client.ask("GET", "/v1/nowhere") == 404
    assert client.got("GET", "/v1/files")["data"] == [file]


def test_retried_upload_is_one_call(engine, now):
    """The journal knows an upload again, although its boundary is another one."""
    rule = Rule(schedule=Schedule(first=1), faults=(Error(problem="service_unavailable"),))
    client = Client(engine(rule), now)
    client.upload(b"{}", "one", expected=503)
    client.upload(b"{}", "two")
    first, second = client.engine.journal
    assert (first.attempt, second.attempt) == (1, 2)
    assert second.body == {"purpose": "batch", "filename": "in.jsonl", "file": "{}"}


def test_oldest_go_first(client, monkeypatch):
    """There is room for so many files, and so many bytes; the oldest make place."""
    monkeypatch.setattr(storage, "MOST", 2)
    first, second, third = (client.upload(b"{}")["id"] for _ in range(3))
    assert client.ask("GET", f"/v1/files/{first}") == 404
    monkeypatch.setattr(storage, "MOST_BYTES", 5)
    client.upload(b"{ }")
    assert client.ask("GET", f"/v1/files/{second}") == 404
    assert client.ask("GET", f"/v1/files/{third}") == 200


def test_oldest_batches_go_first(client, monkeypatch):
    """There is room for so many batches."""
    monkeypatch.setattr(storage, "MOST", 3)
    made = [client.create(jsonl(BODIES))["id"] for _ in range(4)]
    shown = [batch["id"] for batch in client.got("GET", "/v1/batches")["data"]]
    assert shown == made[:0:-1]
