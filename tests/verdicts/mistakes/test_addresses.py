"""Mistakes in the address of a request, and addresses that are right."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup, mistakes_in
from mockserver.verdicts.mistakes.addresses import ADDRESSES

GUIDE = editions.load("guide")
REAL = "https://api.cerebras.ai"
CSK = "Bearer csk-..."


def first(**known):
    """Return the name of the first mistake in a set-up; None if there is none."""
    return next((found.name for found in mistakes_in(Setup(GUIDE, **known))), None)


@pytest.mark.parametrize(
    ("client", "base_url", "name"),
    [
        ("openai", f"{REAL}/v1/chat/completions", "endpoint-in-base-url"),
        ("openai", f"{REAL}/v1/chat/completions/", "endpoint-in-base-url"),
        ("openai", f"{REAL}/v1/chat", "endpoint-in-base-url"),
        ("cerebras", f"{REAL}/v1/chat/completions", "endpoint-in-base-url"),
        ("openai", REAL, "no-v1"),
        ("openai", f"{REAL}/", "no-v1"),
        ("cerebras", f"{REAL}/v1", "two-v1"),
        ("openai", f"{REAL}/v1/v1", "two-v1"),
        ("", f"{REAL}/v1/v1", "two-v1"),
        ("", f"{REAL}/v1//v1/chat/completions", "two-v1"),
        ("openai", f"{REAL}//v1", "two-slashes"),
        ("openai", f"{REAL}/v1//", "two-slashes"),
        ("openai", f"{REAL}/v1 ", "base-url-decorated"),
        ("openai", f"'{REAL}/v1'", "base-url-decorated"),
        ("cerebras", f"{REAL}\n", "base-url-decorated"),
        ("openai", "api.cerebras.ai/v1", "no-scheme"),
        ("cerebras", "localhost:8080", "no-scheme"),
        ("openai", "https://cerebras.ai/v1", "wrong-host"),
        ("cerebras", "https://cloud.cerebras.ai", "wrong-host"),
        ("openai", "https://inference.cerebras.ai/v1", "wrong-host"),
        ("openai", "https://inference-docs.cerebras.ai/v1", "wrong-host"),
        ("", "https://API.cerebras.com/v1", "wrong-host"),
        ("cerebras", "https://api.cerebras.net", "wrong-host"),
        ("cerebras", "https://api.openai.com", "other-vendor"),
        ("openai", "http://api.cerebras.ai/v1", "no-tls"),
        ("openai", f"{REAL}/v1?api-version=2", "base-url-with-query"),
        ("openai", f"{REAL}/openai/v1", "path-of-another-vendor"),
        ("", f"{REAL}/inference/v1", "path-of-another-vendor"),
        ("", f"{REAL}/api/v1", "path-of-another-vendor"),
        ("cerebras", f"{REAL}/openai", "path-of-another-vendor"),
        ("", f"{REAL}/v2", "wrong-version"),
        ("", f"{REAL}/inference/cerebras/v1", "path-before-v1"),
        ("", f"{REAL}/v1/embeddings", "no-embeddings"),
    ],
)
def test_wrong(client, base_url, name):
    """A base URL that can't work is the mistake."""
    assert first(client=client, base_url=base_url) == name


@pytest.mark.parametrize(
    ("client", "base_url"),
    [
        ("cerebras", REAL),
        ("cerebras", f"{REAL}/"),
        ("openai", f"{REAL}/v1"),
        ("openai", f"{REAL}/v1/"),
        ("openai", f"{REAL}/v1#here"),
        ("", REAL),
        ("", f"{REAL}/v1"),
        ("", f"{REAL}/v1/chat/completions"),
        ("", f"{REAL}/v1/models"),
        ("", f"{REAL}/public/v1/models"),
        ("", "api.cerebras.ai"),  # code of one's own may put https:// before it
        ("", f" {REAL} "),  # and strip it
        # a mock, and servers of one's own
        ("cerebras", "http://127.0.0.1:1234/mock/"),
        ("openai", "http://127.0.0.1:1234/mock/v1"),
        ("openai", "http://localhost:11434/v1"),
        ("openai", "http://localhost:8080"),
        ("openai", "http://vllm:8000/v1/chat/completions/v1"),
        ("openai", "https://llm.example.com/v2//x"),
        # proxies and gateways in front
        ("openai", "http://localhost:4000"),  # LiteLLM
        ("openai", "https://openrouter.ai/api/v1"),
        ("cerebras", "https://openrouter.ai/api"),
        ("openai", "https://cerebras.helicone.ai/v1"),
        ("openai", "https://gateway.ai.cloudflare.com/v1/account/gateway/cerebras"),
        ("cerebras", "https://gateway.ai.cloudflare.com/v1/account/gateway/cerebras"),
        ("openai", "https://ai-gateway.vercel.sh/v1"),
        ("openai", "https://router.huggingface.co/v1"),
        # hosts of the same owner that nobody knows here
        ("cerebras", "https://dedicated.api.cerebras.ai"),
        # an app that asks another vendor as well
        ("openai", "https://api.openai.com/v1"),
        ("openai", "https://api.groq.com/openai/v1"),
        ("", "https://api.openai.com/v1"),
        ("", "https://[nowhere"),
        ("", ""),
    ],
)
def test_right(client, base_url):
    """A base URL that works, or that may work, is no mistake."""
    assert first(client=client, base_url=base_url) is None


@pytest.mark.parametrize(
    ("host", "vendor"), [("api.groq.com", "Groq"), ("openrouter.ai", "OpenRouter")]
)
def test_key_for_another_vendor(host, vendor):
    """A key of Cerebras in front of another vendor's API is a mistake, even where it routes."""
    it = Setup(GUIDE, client="openai", base_url=f"https://{host}/v1", authorization=CSK)
    found = next(mistakes_in(it))
    assert found.name == "other-vendor"
    assert f"{vendor} ({host})" in found.what
    assert "https://api.cerebras.ai/v1" in found.fix


@pytest.mark.parametrize("authorization", [None, "", "Bearer gsk_...", "Bearer sk-..."])
def test_their_own_key(authorization):
    """What is known of the key has to speak against it."""
    it = {"client": "openai", "base_url": "https://api.groq.com/openai/v1"}
    assert first(**it, authorization=authorization) is None


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("POST", "/v1/chat/completions", ""),
        ("POST", "/v1/chat/completions", "trace=chat/completions"),
        ("GET", "/v1/models/a%20b", ""),  # the model is wrong, not the address
        ("GET", "/v1/models/chat", ""),
        ("GET", "/v1/files/v1", ""),
        ("GET", "/v1", ""),
        ("GET", "/", ""),
        ("GET", "/v1/nothing/like/it", ""),
        ("GET", "/healthz", ""),
    ],
)
def test_right_requests(method, path, query):
    """A request that is right, or that nobody can explain, is no mistake in its address."""
    it = Setup(GUIDE, method=method, path=path, query=query, authorization=CSK)
    assert [row.name for row in ADDRESSES if row.when(it)] == []


@pytest.mark.parametrize(
    ("client", "right"),
    [("cerebras", f"{REAL}"), ("openai", f"{REAL}/v1")],
)
def test_fix(client, right):
    """The fix is the base URL of this kind of client, which is right."""
    it = Setup(GUIDE, client=client, base_url=f"{REAL}/v1/chat/completions")
    assert next(mistakes_in(it)).fix == f"set the base URL to {right}"
    assert first(client=client, base_url=right) is None
