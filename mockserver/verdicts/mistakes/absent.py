"""Requests for features that this API lacks, with a row for each feature."""

from __future__ import annotations

import re
from typing import NamedTuple

from mockserver.api.contract.routes import known

from .mistake import Condition, Mistake

_CHAT = "chat.completions.create(model=..., messages=[...])"
_ELSEWHERE = f"use another provider for this; this API has {_CHAT}"
_DOCS = "https://inference-docs.cerebras.ai/resources/openai"
_GATEWAY = (
    "https://docs.getbifrost.ai/providers/supported-providers/cerebras"  # lists what is absent
)


class _Absent(NamedTuple):
    """A feature that the API lacks: its paths, its name for users, and what to do instead."""

    name: str
    path: str
    what: str
    fix: str
    source: str = _DOCS


_ROWS = (
    _Absent(
        "no-responses",
        r"responses(/[^/]+){0,2}",
        "no Responses API (responses.create)",
        f"call {_CHAT} instead; for the Agents SDK, set_default_openai_api('chat_completions')",
        "https://github.com/openai/openai-agents-python/issues/142",
    ),
    _Absent(
        "no-embeddings",
        r"embeddings",
        "no embeddings (embeddings.create)",
        _ELSEWHERE,
        _GATEWAY,
    ),
    _Absent(
        "no-transcription",
        r"audio/(transcriptions|translations)",
        "no speech recognition (audio.transcriptions.create)",
        _ELSEWHERE,
        _GATEWAY,
    ),
    _Absent("no-speech", r"audio/speech", "no speech (audio.speech.create)", _ELSEWHERE, _GATEWAY),
    _Absent(
        "no-images",
        r"images/(generations|edits|variations)",
        "no image generation (images.generate)",
        _ELSEWHERE,
        _GATEWAY,
    ),
    _Absent(
        "no-moderations",
        r"moderations",
        "no moderation (moderations.create)",
        f"let a model judge the text with {_CHAT}, or use another provider",
    ),
    _Absent(
        "no-assistants",
        r"(assistants|threads|vector_stores)(/.+)?",
        "no assistants, threads or vector stores",
        f"keep the conversation in the app, and send all of it with {_CHAT}",
    ),
    _Absent(
        "no-fine-tuning",
        r"fine_tuning/.+",
        "no fine-tuning",
        f"use a model without fine-tuning: {_CHAT}",
    ),
    _Absent(
        "no-realtime",
        r"realtime(/.+)?",
        "no Realtime API",
        f"stream text: {_CHAT[:-1]}, stream=True)",
    ),
    _Absent("no-rerank", r"rerank", "no reranking", _ELSEWHERE),
    _Absent(
        "no-conversations",
        r"conversations(/.+)?",
        "no Conversations API (conversations.create)",
        f"keep the conversation in the app, and send all of it with {_CHAT}",
    ),
    _Absent("no-videos", r"videos(/.+)?", "no video generation (videos.create)", _ELSEWHERE),
    _Absent(
        "no-evals", r"evals(/.+)?", "no evals (evals.create)", f"run the evals in the app: {_CHAT}"
    ),
    _Absent(
        "no-containers",
        r"containers(/.+)?",
        "no containers for code (containers.create)",
        f"run the code in the app, and offer the model a function for it: {_CHAT[:-1]}, "
        "tools=[...])",
    ),
    _Absent(
        "no-uploads",
        r"uploads(/.+)?",
        "no uploads in parts (uploads.create)",
        "send the whole file in one request: files.create(file=..., purpose='batch')",
        "https://inference-docs.cerebras.ai/capabilities/batch",
    ),
    _Absent(
        "no-engines",
        r"engines(/.+)?",
        "no engines, which OpenAI's API had before 2022",
        f"call {_CHAT}; models.list() has the ids",
    ),
    _Absent(
        "no-usage",
        r"(usage|dashboard/billing/.+|organization/(usage|costs)(/.+)?|credits|balance)",
        "no endpoint for usage or balance",
        "see https://cloud.cerebras.ai, or read usage in each answer of chat.completions.create",
    ),
    _Absent(
        "no-tokenizer",
        r"(de)?tokenize",
        "no tokenizer",
        "count with the tokenizer of the model's weights, or read usage.prompt_tokens in an "
        "answer of chat.completions.create",
    ),
    _Absent(
        "no-health-check",
        r"(health|healthz|livez|readyz|ping)",
        "no health check",
        "request https://status.cerebras.ai/api/v2/status.json, or /v1/models with the key",
        "https://status.cerebras.ai",
    ),
    _Absent(
        "no-anthropic",
        r"messages(/count_tokens|/batches)?",
        "no Messages API, which is Anthropic's (messages.create)",
        f"use the openai or Cerebras SDK ({_CHAT}), or a proxy that translates",
        "https://github.com/musistudio/claude-code-router/issues/407",
    ),
    _Absent(
        "no-ollama",
        r"api/(chat|generate|tags|show|ps|version|embed|embeddings)",
        "no paths of Ollama's API",
        "choose the provider 'OpenAI compatible' instead of Ollama, with the base URL "
        "{it.openai_url}",
        "https://github.com/feiskyer/chatgpt-copilot/issues/659",
    ),
    _Absent(
        "no-gemini",
        r"models/[^/]+:\w+",
        "no paths of Google Gemini's API",
        f"use the openai or Cerebras SDK: {_CHAT}",
    ),
)


def _asks(path: str) -> Condition:
    form = re.compile(rf"/{path}/?\Z")
    return lambda it: it.is_ours and form.search(it.asked) is not None and not known(it.asked)


ABSENT = tuple(
    Mistake(row.name, _asks(row.path), f"the API has {row.what}: {{it.asked}}", row.fix, row.source)
    for row in _ROWS
)
