import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.api.contract.endpoints import ENDPOINTS, NOWHERE, BatchRequest, Endpoint

PAGE = (Path(__file__).parents[3] / "docs/fidelity.md").read_text("utf-8")
COUNTS = {
    "completion": "the request, the tokens of its prompt and of its completions",
    "prompt": "the request, the tokens of its prompt",
    "free": "nothing",
}
BATCH = {"input_file_id": "file-1", "completion_window": "24h"}
batch_request = TypeAdapter(BatchRequest).validate_python


def rows(test):
    return pytest.mark.parametrize("row", ENDPOINTS.values(), ids=list(ENDPOINTS))(test)


@rows
def test_limits(row):
    """What names a model in its body counts against the limits of that model; nothing else does."""
    keys = TypeAdapter(row.body).json_schema()["properties"] if row.body else {}
    assert row.limited == ("model" in keys)
    assert row.text in keys if row.limited else row.text == ""


@rows
def test_documented(row):
    """The docs say how each endpoint is asked, what it costs, and whether it wants a key."""
    key = "yes" if row.key else "no"
    line = f"| `{row.name}` | `{row.method} {row.path}` | {COUNTS[row.cost]} | {key} |"
    assert line in PAGE.splitlines()


def test_cost_must_be_stated():
    """A row without a cost is none."""
    with pytest.raises(TypeError, match="cost"):
        Endpoint("embeddings", "POST", "/v1/embeddings")


@pytest.mark.parametrize(
    ("endpoint", "path", "found"),
    [
        ("models", "/v1/models", ""),
        ("models", "/v1/models/", None),
        ("models", "/v1/modelsx", None),
        ("model", "/v1/models/a.b", "a.b"),
        ("model", "/v1/models/a/b", None),
        ("file_content", "/v1/files/f/content", "f"),
    ],
)
def test_id(endpoint, path, found):
    """A path has the id of one thing, or none, or belongs to something else."""
    assert ENDPOINTS[endpoint].id_in(path) == found


def test_nowhere():
    """What is asked of no endpoint wants a key, has no body and no limits."""
    assert (NOWHERE.key, NOWHERE.body, NOWHERE.limited) == (True, None, False)


@pytest.mark.parametrize("path", [row.path for row in ENDPOINTS.values() if row.limited])
def test_in_batches(path):
    """A batch asks what has limits."""
    assert batch_request({**BATCH, "endpoint": path})["endpoint"] == path


@pytest.mark.parametrize("path", ["/v1/models", "chat", "", 5, None, ["/v1/chat/completions"]])
def test_not_in_batches(path):
    """It asks nothing else, and is told what."""
    with pytest.raises(ValidationError) as caught:
        batch_request({**BATCH, "endpoint": path})
    (error,) = caught.value.errors()
    assert error["type"] == "literal_error"
    limited = [row.path for row in ENDPOINTS.values() if row.limited]
    assert re.findall("'(.*?)'", error["ctx"]["expected"]) == limited
