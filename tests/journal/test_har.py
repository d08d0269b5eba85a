"""The journal as JSON and as a HAR."""

import base64
import json
from dataclasses import replace

import pytest

from mockserver.engine import Engine
from mockserver.faults import Corrupt, Cut, Disconnect, Error, Latency
from mockserver.journal import Journal, Retention
from mockserver.journal.har import as_har, as_json
from mockserver.scenario import Match, Rule, Scenario

URL = "http://127.0.0.1:80"


@pytest.fixture
def noted(ask, engine, now):
    """Return a function from rules and a request to the journal of its answer, 2 s later."""

    def run(*rules, request=None):
        running = engine(*rules)
        exchange = running.handle(request or ask(), now=now)
        running.finish(exchange, now=now + 2)
        return running.journal

    return run


def test_as_json(noted, ask, now):
    """An exchange is told with what was asked, what came of it, and why no rule took it."""
    (told,) = as_json(noted(Rule("qwen", Match(model="qwen*"))))
    asked = json.loads(ask().body)
    assert json.loads(json.dumps(told)) == told | {"faults": list(told["faults"])}
    assert (told["number"], told["at"], told["finished"]) == (1, now, now + 2)
    assert (told["method"], told["path"], told["body"]) == ("POST", "/v1/chat/completions", asked)
    assert (told["status"], told["rule"], told["finish_reason"]) == (200, "", "stop")
    assert told["near_misses"] == ["rule 'qwen': the model is 'llama3.1-8b', not 'qwen*'"]


def test_as_har(noted, ask):
    """A HAR has what HAR 1.2 requires of an entry, and no key."""
    request = replace(ask(), query="a=1&b=")
    har = as_har(noted(Rule("slow", faults=(Latency(delay=0.5),)), request=request), URL)
    json.dumps(har, allow_nan=False)
    assert har["log"]["version"] == "1.2"
    assert har["log"]["creator"]["name"] == "cerebras-mock"
    (entry,) = har["log"]["entries"]
    assert entry["startedDateTime"] == "2026-09-21T14:13:20.250000+00:00"
    assert entry["time"] == 2000
    assert entry["timings"] == {"send": 0, "wait": 500, "receive": 1500}
    asked, got = entry["request"], entry["response"]
    assert asked["url"] == f"{URL}/v1/chat/completions?a=1&b="
    assert asked["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert json.loads(asked["postData"]["text"]) == json.loads(request.body)
    assert asked["bodySize"] == len(request.body)
    assert request.headers["authorization"] not in json.dumps(har)
    assert (got["status"], got["statusText"]) == (200, "OK")
    assert got["content"]["mimeType"] == "application/json"
    assert json.loads(got["content"]["text"])["object"] == "chat.completion"


def test_stream(noted, ask):
    """The body of a stream has all of its events."""
    (entry,) = as_har(noted(request=ask(stream=True)), URL)["log"]["entries"]
    content = entry["response"]["content"]
    assert content["mimeType"].startswith("text/event-stream")
    assert content["text"].count("data: ") > 5
    assert content["text"].endswith("data: [DONE]\n\n")
    assert content["size"] == entry["response"]["bodySize"] == len(content["text"].encode())


def test_kept(ask, now):
    """Of a long run there are the exchanges that the journal keeps."""
    journal = Journal(retention=Retention(2))
    running = Engine(Scenario("test"), now=now, journal=journal)
    for _ in range(5):
        running.finish(running.handle(ask("models"), now=now), now=now)
    assert [told["number"] for told in as_json(journal)] == [4, 5]
    assert len(as_har(journal, URL)["log"]["entries"]) == 2


def test_no_answer(noted):
    """A request that got no head has status 0, and was waited for all the time."""
    (entry,) = as_har(noted(Rule(faults=(Disconnect(),))), URL)["log"]["entries"]
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (0, "")
    assert entry["timings"] == {"send": 0, "wait": 2000, "receive": 0}


def test_not_over(ask, engine, now):
    """An answer on its way has taken no time yet, and a status may be nobody's."""
    running = engine(Rule(faults=(Error(status=599), Cut(after_bytes=5))))
    running.handle(ask("models"), now=now)
    (entry,) = as_har(running.journal, URL)["log"]["entries"]
    assert (entry["time"], entry["response"]["status"]) == (0, 599)
    assert entry["response"]["statusText"] == ""
    assert entry["response"]["content"]["size"] == 5
    assert "postData" not in entry["request"]


def test_binary(noted):
    """A body that is no text is in base64."""
    (entry,) = as_har(noted(Rule(faults=(Corrupt(kind="bad_utf8"),))), URL)["log"]["entries"]
    content = entry["response"]["content"]
    assert content["encoding"] == "base64"
    with pytest.raises(UnicodeDecodeError):
        base64.b64decode(content["text"]).decode()


def test_no_credentials_in_an_answer(noted):
    """A field of an answer that is a credential is shortened, and a key that its body quotes."""
    key = "csk-" + "a1" * 20
    said = Error(status=400, message=f"not {key}", headers={"set-cookie": "a=b", "x-note": key})
    told = noted(Rule("said", faults=(said,)))
    (entry,) = as_har(told, URL)["log"]["entries"]
    fields = {one["name"]: one["value"] for one in entry["response"]["headers"]}
    assert (fields["set-cookie"], fields["x-note"]) == ("...", "csk-...")
    assert '"not csk-..."' in entry["response"]["content"]["text"]
    assert key not in json.dumps([as_har(told, URL), as_json(told)])
