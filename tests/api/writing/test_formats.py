import pytest

from mockserver.api.contract import editions
from mockserver.api.writing import models
from mockserver.api.writing.formats import huggingface, openrouter

GUIDE = editions.load("guide")


def test_openrouter():
    """OpenRouter's record has all the keys of the document, the prices as strings."""
    assert openrouter("gpt-oss-120b", GUIDE.models["gpt-oss-120b"]) == {
        "id": "cerebras/gpt-oss-120b",
        "name": "GPT OSS 120B",
        "created": 0,
        "context_length": 131072,
        "max_output_length": 40960,
        "pricing": {
            "prompt": "0.00000035",
            "completion": "0.00000075",
            **dict.fromkeys(("image", "request", "input_cache_read", "input_cache_write"), "0"),
        },
        "hugging_face_id": "openai/gpt-oss-120b",
        "input_modalities": ["text"],
        "output_modalities": ["text"],
        "quantization": "fp16",
        "description": "An open-weight reasoning model.",
        "supported_sampling_parameters": [
            *("temperature", "top_p", "seed", "stop", "max_completion_tokens"),
            *("frequency_penalty", "presence_penalty", "logit_bias"),
        ],
        "supported_features": ["tools", "json_mode", "structured_outputs", "reasoning"],
        "openrouter": {"slug": "openai/gpt-oss-120b"},
        "datacenters": [],
    }


def test_huggingface():
    """Hugging Face's record has four abilities, and prices per million tokens as numbers."""
    assert huggingface("gpt-oss-120b", GUIDE.models["gpt-oss-120b"]) == {
        "id": "gpt-oss-120b",
        "object": "model",
        "created": 0,
        "owned_by": "OpenAI",
        "hugging_face_id": "openai/gpt-oss-120b",
        "context_length": 131072,
        "pricing": {"input": 0.35, "output": 0.75},
        "capabilities": {
            "streaming": True,
            "function_calling": True,
            "structured_outputs": True,
            "vision": False,
        },
    }


def test_images_and_no_hub():
    """A model that sees takes images; one that no hub has says so."""
    model = GUIDE.models["qwen-3.8-27b"]
    assert openrouter("q", model)["input_modalities"] == ["text", "image"]
    assert openrouter("q", model)["openrouter"] is None
    assert huggingface("q", model)["capabilities"]["vision"] is True
    assert huggingface("q", model)["hugging_face_id"] is None


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("default", ["object", "data"]),
        ("openrouter", ["data"]),
        ("huggingface", ["object", "data"]),
    ],
)
def test_list(public, form, keys):
    """OpenRouter's list is only its data."""
    listing = models.listing(GUIDE, public=public, form=form)
    assert list(listing) == keys
    assert len(listing["data"]) == sum(map(GUIDE.serves, GUIDE.models))
