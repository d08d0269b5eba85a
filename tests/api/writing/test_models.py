import json

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.problem import RefusalError
from mockserver.api.writing import models
from mockserver.core.sse import dumps

TODAY = ["gpt-oss-120b", "qwen-3.8-27b"]
GUIDE = [
    "gpt-oss-120b",
    "llama3.1-8b",
    "llama-4-scout-17b-16e-instruct",
    "llama-4-maverick-17b-128e-instruct",
    "qwen-3-32b",
    "llama3.1-70b",
    "qwen-3.8-27b",
]


@pytest.mark.parametrize(
    ("edition", "ids"),
    [("2026-11", TODAY), ("guide", GUIDE)],
    ids=lambda it: str(it)[:7],
)
@pytest.mark.parametrize("public", [True, False])
def test_listing(edition, ids, public):
    """A list has the models that the edition serves."""
    listing = models.listing(editions.load(edition), public=public)
    assert listing["object"] == "list"
    assert [one["id"] for one in listing["data"]] == ids


def test_short_record():
    """Customers get four keys, as recorded."""
    record = models.record(editions.load("guide"), "gpt-oss-120b", public=False)
    assert dumps(record) == (
        b'{"id":"gpt-oss-120b","object":"model","created":0,"owned_by":"Cerebras"}'
    )


def test_public_record():
    """The public catalogue has the model's abilities, limits and prices, in the recorded order."""
    record = models.record(editions.load("guide"), "qwen-3.8-27b", public=True)
    assert list(record) == [
        *("id", "object", "created", "owned_by", "name", "description", "hugging_face_id"),
        *("pricing", "capabilities", "supported_parameters", "architecture", "limits"),
        *("datacenter_locations", "deprecated", "preview", "quantization"),
    ]
    assert record["owned_by"] == "Qwen"
    assert record["capabilities"]["vision"] is record["capabilities"]["reasoning"] is True
    assert record["architecture"] == {
        "modality": "text+vision",
        "tokenizer": "Qwen3",
        "instruct_type": "qwen3",
    }
    assert record["limits"] == {
        "max_context_length": 131072,
        "max_completion_tokens": 40960,
        "requests_per_minute": None,
        "tokens_per_minute": None,
    }
    assert record["supported_parameters"]["top_p"] is True
    assert record["supported_parameters"]["logprobs"] is False


@pytest.mark.parametrize(
    ("name", "vision", "deprecated"), [("gpt-oss-120b", False, False), ("llama3.1-8b", False, True)]
)
def test_public_details(name, vision, deprecated):
    """Blind models are text only, retired ones deprecated, prices are strings."""
    record = models.record(editions.load("guide"), name, public=True)
    assert (record["capabilities"]["vision"], record["deprecated"]) == (vision, deprecated)
    assert record["architecture"]["modality"] == "text"
    assert all(float(price) >= 0 for price in record["pricing"].values())
    assert json.loads(dumps(record)) == record


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("name", ["gpt-4o", "llama3.1-8b", ""])
def test_unknown(name, public):
    """A model that the edition does not serve has no record."""
    with pytest.raises(RefusalError) as refused:
        models.record(editions.load("2026-11"), name, public=public)
    assert (refused.value.problem, refused.value.facts) == ("model_not_found", {"model": name})
