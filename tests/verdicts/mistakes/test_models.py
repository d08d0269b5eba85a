"""Mistakes in the id of the model, and ids that are right."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import Setup, mistakes_in
from mockserver.verdicts.mistakes.models import MODELS

GUIDE = editions.load("guide")
TODAY = editions.load("2026-11")
NAMES = {one.name for one in MODELS}
GONE = {"code": "model_not_found"}
SERVED = "gpt-oss-120b, qwen-3.8-27b"


def found(setup):
    """Return the mistakes in the model."""
    return [one for one in mistakes_in(setup) if one.name in NAMES]


def refused(model, edition=GUIDE, **known):
    """Return the set-up of a request whose model the API refused."""
    return Setup(edition, model=model, **{"error": GONE, "body": {"model": model}} | known)


def missed(body, told):
    """Return the set-up of a request in which the API missed the model."""
    return Setup(GUIDE, body=body, error={"code": "wrong_api_format", "message": told})


@pytest.mark.parametrize(
    ("setup", "name", "what", "fix"),
    [
        (missed({"messages": []}, "model: Field required"), "no-model", "has no model", SERVED),
        (
            missed({"n": 1}, "body.messages: Field required\nbody.model: Field required"),
            "no-model",
            "has no model",
            SERVED,
        ),
        (
            missed({"model": None}, "model: Input should be a valid string"),
            "no-model",
            "model is null, not a text",
            SERVED,
        ),
        (refused(""), "no-model", "model is empty", SERVED),
        (refused("llama-3.3-70b"), "retired-model", "on 2026-02-16", "send model='gpt-oss-120b'"),
        (refused("llama3.1-8b", TODAY), "retired-model", "on 2026-05-27", f"one of {SERVED}"),
        (refused("'gpt-oss-120b'"), "quoted-model", "quotes or white", "model='gpt-oss-120b'"),
        (refused("Gpt-OSS-120b"), "model-in-capitals", "capital letters", "model='gpt-oss-120b'"),
        (
            refused("openai/gpt-oss-120b"),
            "hugging-face-model",
            "its id in this API is 'gpt-oss-120b'",
            "model='gpt-oss-120b'",
        ),
        (refused("cerebras/gpt-oss-120b"), "routed-model", "a router's", "model='gpt-oss-120b'"),
        (
            refused("cerebras/llama3.1-8b", TODAY),
            "routed-model",
            "the id 'llama3.1-8b'",
            f"'llama3.1-8b' was retired on 2026-05-27: use one of {SERVED}",
        ),
        (refused("gpt_oss_120b"), "misspelt-model", "no model", "model='gpt-oss-120b'"),
        (refused("gpt-4o"), "other-vendors-model", "OpenAI's", f"use one of {SERVED}"),
        (refused("o3-mini"), "other-vendors-model", "OpenAI's", f"use one of {SERVED}"),
        (refused("x/claude-3"), "other-vendors-model", "Anthropic's", f"use one of {SERVED}"),
        # before anything is sent
        (
            Setup(TODAY, client="cerebras", model="llama3.1-8b"),
            "retired-model",
            "on 2026-05-27",
            f"use one of {SERVED}",
        ),
        (
            Setup(TODAY, base_url="https://api.cerebras.ai/v1", model="gpt-4o"),
            "other-vendors-model",
            "OpenAI's",
            f"use one of {SERVED}",
        ),
    ],
)
def test_mistakes(setup, name, what, fix):
    """The first mistake in an id is named, with the id to send."""
    told = found(setup)[0]
    assert told.name == name
    assert what in told.what
    assert fix in told.fix


@pytest.mark.parametrize(
    "setup",
    [
        Setup(TODAY, client="cerebras", model="gpt-oss-120b"),
        Setup(GUIDE, client="cerebras", model="llama3.1-8b"),
        Setup(TODAY, client="cerebras"),
        # an endpoint of one's own
        Setup(TODAY, client="cerebras", model="ours-7b"),
        Setup(TODAY, client="cerebras", model="gpt-oss-20b"),
        *map(refused, ("ours-7b", "/", "https://x.test/", "''", "cerebras:")),
        # another API, or one that is not known
        Setup(TODAY, model="gpt-4o"),
        Setup(TODAY, client="openai", model="gpt-4o"),
        Setup(TODAY, base_url="http://localhost:4000", model="cerebras/gpt-oss-120b"),
        Setup(TODAY, base_url="https://openrouter.ai/api/v1", model="openai/gpt-oss-120b"),
        Setup(TODAY, base_url="https://api.groq.com/openai/v1", model="llama-3.3-70b-versatile"),
        # the API refused something else, or the scenario withdrew the model
        refused("gpt-4o", error={"code": "wrong_api_key"}),
        refused("", error={"code": "wrong_api_key"}),
        refused("", body={}),
        refused("gpt-oss-120b"),
        missed({"messages": []}, "messages: List should have at least 1 item"),
        missed({"tools": []}, "response_format.model: Field required"),
    ],
)
def test_innocents(setup):
    """An id that is served, is one's own or may be meant for another API is no mistake."""
    assert found(setup) == []
