"""
The catalogue in the forms of OpenRouter and of Hugging Face, for ``?format=``.

Names, order and defaults come from the server's own OpenAPI document. No real answer in these forms
is public, so the values are derived from the model's usual record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.api.contract.edition import Model
from mockserver.api.contract.endpoints import ModelFormat
from mockserver.api.contract.price import Price, per_token

SAMPLING = ("temperature", "top_p", "seed", "stop", "max_completion_tokens")
PENALTIES = ("frequency_penalty", "presence_penalty", "logit_bias")
_FREE = ("image", "request", "input_cache_read", "input_cache_write")
_UNKNOWN = Price(0, 0)  # the field is required

Record = Callable[[str, Model], dict[str, Any]]


def pricing(model: Model) -> dict[str, str]:
    """Return the prices of one token, in dollars; 0 if the edition has no price."""
    price = model.price or _UNKNOWN
    return {"prompt": per_token(price.prompt), "completion": per_token(price.completion)}


def openrouter(name: str, model: Model) -> dict[str, Any]:
    """Return a model's record for OpenRouter; prices are strings, in dollars per token."""
    slug = model.hugging_face_id.lower()
    return {
        "id": f"cerebras/{name}",
        "name": model.name,
        "created": model.created,
        "context_length": model.context,
        "max_output_length": model.max_output,
        "pricing": {**pricing(model), **dict.fromkeys(_FREE, "0")},
        "hugging_face_id": model.hugging_face_id,
        "input_modalities": ["text", "image"] if model.vision else ["text"],
        "output_modalities": ["text"],
        "quantization": "fp16",
        "description": model.description,
        "supported_sampling_parameters": [*SAMPLING, *PENALTIES],
        "supported_features": [
            *("tools", "json_mode", "structured_outputs"),
            *(["reasoning"] if model.reasoning else []),
        ],
        "openrouter": {"slug": slug} if slug else None,
        "datacenters": [],
    }


def huggingface(name: str, model: Model) -> dict[str, Any]:
    """Return a model's record for Hugging Face; prices are in dollars per million tokens."""
    price = model.price or _UNKNOWN
    return {
        "id": name,
        "object": "model",
        "created": model.created,
        "owned_by": model.owner,
        "hugging_face_id": model.hugging_face_id or None,
        "context_length": model.context,
        "pricing": {"input": price.prompt, "output": price.completion},
        "capabilities": {
            "streaming": True,
            "function_calling": True,
            "structured_outputs": True,
            "vision": model.vision,
        },
    }


FORMATS: Mapping[ModelFormat, Record] = {"openrouter": openrouter, "huggingface": huggingface}
ENVELOPES: Mapping[ModelFormat, dict[str, Any]] = {
    "openrouter": {},
    "huggingface": {"object": "list"},
}
"""The keys of a list besides ``data``."""
