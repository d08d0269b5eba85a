"""Requests for what this API does not have."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.verdicts.mistakes import Setup, mistakes_in
from mockserver.verdicts.mistakes.absent import ABSENT

GUIDE = editions.load("guide")


def names(path, **known):
    """Return the rows that apply to a path."""
    it = Setup(GUIDE, method="POST", path=path, **known)
    return [row.name for row in ABSENT if row.when(it)]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/responses", "no-responses"),
        ("/v1/responses/resp_1", "no-responses"),
        ("/responses", "no-responses"),
        ("/v1/embeddings", "no-embeddings"),
        ("/v1/v1/embeddings", "no-embeddings"),
        ("/v1/audio/translations", "no-transcription"),
        ("/v1/images/edits", "no-images"),
        ("/v1/threads/thread_1/messages", "no-assistants"),
        ("/v1/fine_tuning/jobs", "no-fine-tuning"),
        ("/v1/realtime", "no-realtime"),
        ("/v1/rerank", "no-rerank"),
        ("/v1/conversations", "no-conversations"),
        ("/v1/videos/video_1", "no-videos"),
        ("/v1/evals", "no-evals"),
        ("/v1/containers", "no-containers"),
        ("/v1/uploads", "no-uploads"),
        ("/v1/engines/gpt-oss-120b/completions", "no-engines"),
        ("/v1/usage", "no-usage"),
        ("/v1/dashboard/billing/usage", "no-usage"),
        ("/v1/tokenize", "no-tokenizer"),
        ("/health", "no-health-check"),
        ("/v1/messages", "no-anthropic"),
        ("/v1/messages/count_tokens", "no-anthropic"),
        ("/v1/api/generate", "no-ollama"),
        ("/v1beta/models/gemini-pro:streamGenerateContent", "no-gemini"),
    ],
)
def test_absent(path, name):
    """A path of another API is told by its name there, before the form of the path."""
    assert names(path)[0] == name
    assert next(mistakes_in(Setup(GUIDE, method="POST", path=path))).name == name


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda row: row.name)
def test_present(endpoint):
    """What the API has is not absent."""
    assert names(endpoint.path.replace("{", "").replace("}", "")) == []


@pytest.mark.parametrize(
    "path", ["/v1/models/messages", "/v1/models/a:b", "/v1/models/health", "/v1/nothing"]
)
def test_alike(path):
    """The id of a model may look like another API's path."""
    assert names(path) == []


def test_elsewhere():
    """Other servers have fields that this API does not have."""
    there = Setup(GUIDE, client="", base_url="http://localhost:11434/api/chat")
    assert list(mistakes_in(there)) == []


@pytest.mark.parametrize("row", ABSENT, ids=lambda row: row.name)
def test_fix(row):
    """Each says what the API has, or whom to ask."""
    said = ("chat.completions.create", "files.create", "or /v1/models", "base URL")
    assert any(word in row.fix for word in said)
