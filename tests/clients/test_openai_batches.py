"""Files and batches by the official OpenAI SDK: they are made for its clients."""

from __future__ import annotations

import json

import pytest
from openai import DefaultHttpxClient, NotFoundError, OpenAI

from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock
from mockserver.edge.server.threaded import ThreadedServer

WINDOW, CHAT = "24h", "/v1/chat/completions"
HI = [{"role": "user", "content": "hi"}]


@pytest.fixture
def clock():
    """Return a clock that shows what a test sets."""
    return [1.8e9]


@pytest.fixture
def client(clock, trusts_nobody):
    """Yield a client of a server with that clock."""
    http = DefaultHttpxClient(verify=trusts_nobody)
    live = LiveEngine(clock=Clock(lambda: clock[0]))
    with (
        ThreadedServer(live) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="csk-0000", http_client=http) as sdk,
    ):
        yield sdk
    assert live.crashes == []


@pytest.fixture
def file(client):
    """Return a file of three requests, one of them for a model that is not served."""
    lines = [
        {"custom_id": name, "method": "POST", "url": CHAT, "body": {"model": model, "messages": HI}}
        for name, model in [("a", "llama3.1-8b"), ("b", "gpt-oss-120b"), ("c", "gpt-4o")]
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    return client.files.create(file=("requests.jsonl", content), purpose="batch")


def test_files(client, file):
    """A file is created, found, read and deleted."""
    assert (file.object, file.purpose, file.filename) == ("file", "batch", "requests.jsonl")
    assert client.files.retrieve(file.id) == file
    assert list(client.files.list()) == [file]
    assert len(client.files.content(file.id).content.splitlines()) == 3
    assert client.files.delete(file.id).deleted is True
    with pytest.raises(NotFoundError) as caught:
        client.files.retrieve(file.id)
    assert caught.value.code == "not_found"


def test_batch(client, clock, file):
    """A batch goes its way, and its answers are those of the chat endpoint."""
    batch = client.batches.create(
        input_file_id=file.id, endpoint=CHAT, completion_window=WINDOW, metadata={"a": "b"}
    )
    seen = [batch.status]
    while client.batches.retrieve(batch.id).status != "completed":
        clock[0] += 0.25
        seen.append(client.batches.retrieve(batch.id).status)
    assert list(dict.fromkeys(seen)) == ["validating", "in_progress", "finalizing", "completed"]
    batch = client.batches.retrieve(batch.id)
    assert (batch.request_counts.completed, batch.request_counts.failed) == (2, 1)
    answers = client.files.content(batch.output_file_id).text.splitlines()
    assert [json.loads(line)["custom_id"] for line in answers] == ["a", "b"]
    (refused,) = client.files.content(batch.error_file_id).text.splitlines()
    assert json.loads(refused)["response"]["body"]["code"] == "model_not_found"


def test_batches(client, clock, file):
    """Batches are listed in pages, newest first, and can be cancelled."""
    made = []
    for _ in range(3):
        batch = client.batches.create(
            input_file_id=file.id, endpoint=CHAT, completion_window=WINDOW
        )
        made.append(batch.id)
    assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
    assert client.batches.cancel(made[0]).status == "cancelling"
    clock[0] += 1
    assert client.batches.retrieve(made[0]).status == "cancelled"
