import json

import pytest

from mockserver.api.contract.problem import RefusalError
from mockserver.api.reading.batches import Batch, Line, new_id, read_lines
from mockserver.api.reading.validation import validate
from mockserver.core.seeding import HexStream

CHAT = "/v1/chat/completions"
REQUEST = {"input_file_id": "file-1", "endpoint": CHAT, "completion_window": "24h"}
LINES = tuple(Line(str(number), b"{}") for number in range(20))
AT = 1000.5
FAULT = {"code": "empty_file", "line": None, "message": "The file has no requests", "param": None}


def line(custom_id="a", **changes):
    whole = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": {"n": 1}, **changes}
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("after", "status", "answered"),
    [
        (0, "validating", 0),
        (0.9, "validating", 0),
        (1, "in_progress", 0),
        (1.1, "in_progress", 1),
        (2, "in_progress", 10),
        (3, "finalizing", 20),
        (4, "completed", 20),
        (9999, "completed", 20),
    ],
)
def test_progress(after, status, answered):
    """How far a batch has come is a matter of the time."""
    batch = Batch("batch_1", REQUEST, AT, LINES)
    assert (batch.status(AT + after), batch.answered(AT + after)) == (status, answered)
    assert batch.is_over(AT + after) is (status == "completed")
    assert batch.ended_at == AT + 4


@pytest.mark.parametrize(("after", "status"), [(0.5, "validating"), (1, "failed"), (100, "failed")])
def test_failure(after, status):
    """A batch with a bad input fails instead, and says why."""
    batch = Batch("batch_1", REQUEST, AT, LINES, faults=(FAULT,))
    assert (batch.status(AT + after), batch.answered(AT + after)) == (status, 0)
    errors = batch.document(AT + after)["errors"]
    assert errors == ({"object": "list", "data": [FAULT]} if status == "failed" else None)


@pytest.mark.parametrize(
    ("cancelled", "after", "status", "answered"),
    [
        (0.5, 0.5, "cancelling", 0),
        (2, 2.9, "cancelling", 10),
        (2, 3, "cancelled", 10),
        (3.5, 99, "cancelled", 20),
    ],
)
def test_cancelling(cancelled, after, status, answered):
    """A cancelled batch keeps what had been answered, and never completes."""
    batch = Batch("batch_1", REQUEST, AT, LINES, cancelled=AT + cancelled)
    assert (batch.status(AT + after), batch.answered(AT + after)) == (status, answered)
    document = batch.document(AT + after)
    assert document["cancelling_at"] == int(AT + cancelled)
    assert document["completed_at"] is None


def test_document():
    """The object is that of the OpenAI API, with null for what has not happened."""
    request = REQUEST | {"metadata": {"a": "b"}}
    assert Batch("batch_1", request, AT, LINES).document(AT + 1) == {
        "id": "batch_1",
        "object": "batch",
        "endpoint": CHAT,
        "errors": None,
        "input_file_id": "file-1",
        "completion_window": "24h",
        "status": "in_progress",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": 1000,
        "in_progress_at": 1001,
        "expires_at": 87400,
        "finalizing_at": None,
        "completed_at": None,
        "failed_at": None,
        "expired_at": None,
        "cancelling_at": None,
        "cancelled_at": None,
        "request_counts": {"total": 20, "completed": 0, "failed": 0},
        "metadata": {"a": "b"},
    }
    assert new_id(HexStream("1")) == new_id(HexStream("1")) != new_id(HexStream("2"))


def test_lines():
    """Lines end as they like; empty ones don't count."""
    lines, faults = read_lines(line("a") + b"\r\n\n" + line("b") + b"\n", CHAT)
    assert lines == (Line("a", b'{"n": 1}'), Line("b", b'{"n": 1}'))
    assert faults == ()


# pydantic reads integers of 4,300 characters, of which some versions take the sign for one
HUGE = [10**4299, -(10**4298)]


@pytest.mark.parametrize("value", [2**70, *HUGE, 1e308, "\N{GRINNING FACE}", None])
def test_bodies_of_lines(value):
    """The body of a line is kept whatever stands in it; its examination comes later."""
    (kept,), faults = read_lines(line(body={"n": value}), CHAT)
    assert (json.loads(kept.body), faults) == ({"n": value}, ())


@pytest.mark.parametrize(
    ("content", "code", "number", "said"),
    [
        (b"", "empty_file", None, "The file has no requests"),
        (b"\n \n", "empty_file", None, "The file has no requests"),
        (line() + b"\n{", "invalid_line", 2, ": Invalid JSON: "),
        (line(custom_id=None), "invalid_line", 1, "custom_id: Field required"),
        (line(method="GET"), "invalid_line", 1, "method: Input should be 'POST'"),
        (line(body=[]), "invalid_line", 1, "body: Input should be an object"),
        (line(url="/v1/completions"), "wrong_url", 1, f"url: Input should be '{CHAT}'"),
        (line() + b"\n" + line(), "duplicate_custom_id", 2, "custom_id: Value is not unique"),
    ],
)
def test_bad_lines(content, code, number, said):
    """What is wrong with a file names the line."""
    _, (fault,) = read_lines(content, CHAT)
    assert (fault["code"], fault["line"], fault["param"]) == (code, number, None)
    assert fault["message"].startswith(said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"endpoint": "/v1/nothing"}, "endpoint: Input should be"),
        ({"completion_window": "1h"}, "completion_window: Input should be '24h'"),
        ({"input_file_id": 5}, "input_file_id: Input should be a valid string"),
        ({"more": 1}, "more: property 'more' is unsupported"),
    ],
)
def test_request(changes, said):
    """The body that creates a batch is validated like any other."""
    assert validate("create_batch", json.dumps(REQUEST).encode()) == REQUEST
    with pytest.raises(RefusalError) as refused:
        validate("create_batch", json.dumps(REQUEST | changes).encode())
    assert refused.value.facts["reason"].startswith(said)
