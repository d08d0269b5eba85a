"""The catalogue of models: the short list for customers, and the detailed public list."""

from __future__ import annotations

from typing import Any

from mockserver.api.contract.edition import Edition, Model
from mockserver.api.contract.endpoints import ModelFormat
from mockserver.api.contract.problem import RefusalError

from .formats import ENVELOPES, FORMATS, PENALTIES, SAMPLING, pricing


def listing(edition: Edition, *, public: bool, form: ModelFormat = "default") -> dict[str, Any]:
    """Return the body of ``GET /v1/models`` or of ``GET /public/v1/models``."""
    served = [name for name in edition.models if edition.serves(name)]
    records = [record(edition, name, public=public, form=form) for name in served]
    return {**ENVELOPES.get(form, {"object": "list"}), "data": records}


def record(
    edition: Edition, name: str, *, public: bool, form: ModelFormat = "default"
) -> dict[str, Any]:
    """Return the record of one model. Raises RefusalError if the model is not served."""
    if not edition.serves(name):
        raise RefusalError("model_not_found", {"model": name})
    model = edition.models[name]
    if form in FORMATS:
        return FORMATS[form](name, model)
    short = {"id": name, "object": "model", "created": model.created}
    if not public:
        return {**short, "owned_by": "Cerebras"}
    return {**short, "owned_by": model.owner, **_details(model, retired=edition.is_retired(model))}


def _details(model: Model, *, retired: bool) -> dict[str, Any]:
    abilities = ("streaming", "function_calling", "structured_outputs")
    more = ("json_mode", "tools", "tool_choice", "parallel_tool_calls", "response_format")
    return {
        "name": model.name,
        "description": model.description,
        "hugging_face_id": model.hugging_face_id,
        "pricing": pricing(model),
        "capabilities": {
            **dict.fromkeys(abilities, True),
            "vision": model.vision,
            **dict.fromkeys(more, True),
            "reasoning": model.reasoning,
        },
        "supported_parameters": {
            **dict.fromkeys(SAMPLING, True),
            "logprobs": False,
            "top_logprobs": False,
            **dict.fromkeys(PENALTIES, True),
            "repetition_penalty": False,
        },
        "architecture": {
            "modality": "text+vision" if model.vision else "text",
            "tokenizer": model.tokenizer,
            "instruct_type": model.tokenizer.lower(),
        },
        "limits": {
            "max_context_length": model.context,
            "max_completion_tokens": model.max_output,
            "requests_per_minute": None,
            "tokens_per_minute": None,
        },
        "datacenter_locations": [],
        "deprecated": retired,
        "preview": model.preview,
        "quantization": "FP16/8 (weights only)",
    }
