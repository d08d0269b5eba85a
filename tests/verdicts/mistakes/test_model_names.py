"""Which model a name stands for, and what to ask instead."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import model_names
from mockserver.verdicts.mistakes.model_names import advice, bare, current, meant, retired, unrouted

GUIDE = editions.load("guide")
TODAY = editions.load("2026-11")
FIRST = editions.load("2025-10")
SERVED = "gpt-oss-120b, qwen-3.8-27b"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("llama3.1-8b", "llama3.1-8b"),
        ("llama-3.1-8b", "llama3.1-8b"),
        ("Llama3.1_8B", "llama3.1-8b"),
        ("cerebras/llama3.1-8b", "llama3.1-8b"),
        ("openrouter/cerebras/Llama3.1-8B", "llama3.1-8b"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama3.1-8b"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama3.1-8b"),
        ("meta/llama-3.1-8b-instruct", "llama3.1-8b"),
        ("gpt-oss:120b", "gpt-oss-120b"),
        ("openai/gpt-oss-120b:free", "gpt-oss-120b"),
        ("models/gpt-oss-120b", "gpt-oss-120b"),
        ("cerebras:gpt_oss_120b", "gpt-oss-120b"),
        ("  'gpt-oss-120b'\n", "gpt-oss-120b"),
        ("qwen3-32b", "qwen-3-32b"),
        ("llama3.3-70b", "llama3.3-70b"),
        ("llama-3.3-70b", "llama-3.3-70b"),
        ("glm-4.7", "zai-glm-4.7"),
        ("deepseek-r1-distill-llama-70b", "deepseek-r1-distill-llama-70b"),
        # other models, however near
        *((one, "") for one in ("gpt-oss-20b", "gpt-4o", "llama3.1-405b", "qwen-3", "", "/", ":")),
        ("llama-3.3-70b-versatile", ""),
        ("my-endpoint", ""),
    ],
)
def test_meant(name, model):
    """Case, punctuation, routers and makers don't matter; numbers and other words do."""
    assert meant(name, GUIDE) == model


@pytest.mark.parametrize("edition", editions.names())
def test_own_names(edition):
    """Every id stands for itself."""
    known = editions.load(edition)
    assert [meant(one, known) for one in known.models] == [*known.models]


def test_names_without_words_around():
    """Quotes, and what routers add, are taken off."""
    assert bare(" `gpt-oss-120b`\r\n") == "gpt-oss-120b"
    assert unrouted("a/b/gpt-oss-120b:nitro") == "gpt-oss-120b"
    assert unrouted("gpt-oss-120b") == "gpt-oss-120b"


def test_retired():
    """A model is retired from its day on, unless the edition serves it."""
    assert str(retired("llama3.1-8b", TODAY)) == "2026-05-27"
    assert retired("llama3.1-8b", GUIDE) is None
    assert retired("llama3.1-8b", FIRST) is None
    assert str(retired("deepseek-r1-distill-llama-70b", FIRST)) == "2025-08-12"
    assert retired("zai-glm-4.6", FIRST) is None
    assert meant("zai-glm-4.6", FIRST) == ""
    assert retired("gpt-4o", TODAY) is None


def test_current():
    """What is revived is served, and not current."""
    assert current(TODAY) == current(GUIDE) == ["gpt-oss-120b", "qwen-3.8-27b"]


@pytest.mark.parametrize(
    ("name", "edition", "told"),
    [
        # the mock answers it, the live API does not
        (
            "cerebras/llama3.1-8b",
            GUIDE,
            f"'llama3.1-8b' was retired on 2026-05-27: use one of {SERVED}",
        ),
        ("cerebras/gpt-oss-120b", GUIDE, "send model='gpt-oss-120b'"),
        ("qwen-3-32b", TODAY, "send model='gpt-oss-120b', its successor"),
        ("llama3.1-70b", TODAY, "send model='gpt-oss-120b', its successor"),  # by way of another
        ("llama3.1-70b", FIRST, "send model='llama-3.3-70b', its successor"),
        ("llama3.1-8b", TODAY, f"use one of {SERVED}"),
        ("qwen-3-coder-480b", TODAY, f"use one of {SERVED}"),  # its successor is retired too
        (
            "Qwen3-32B",
            TODAY,
            "'qwen-3-32b' was retired on 2026-02-16: send model='gpt-oss-120b', its successor",
        ),
        ("gpt-oss-20b", TODAY, f"use one of {SERVED} (nearest: 'gpt-oss-120b')"),
        ("my-endpoint", TODAY, f"use one of {SERVED}"),
        ("gpt-oss-120b", TODAY, "use one of qwen-3.8-27b"),  # the scenario withdrew it
    ],
)
def test_advice(name, edition, told):
    """What is meant is named if it is served, else its successor, else what is served."""
    assert advice(name, edition) == told


def test_advice_without_models():
    """An edition may serve one model only."""
    one = editions.parse(
        "{extends: 2026-11, name: one, date: 2030-01-01, description: d,"
        " models: {gpt-oss-120b: {retired: 2029-01-01}, qwen-3.8-27b: {retired: 2029-01-01}}}"
    )
    assert advice("x", one) == "see GET /v1/models for the models that are served"


def test_successors_in_a_ring():
    """A successor that leads back is none."""
    ring = editions.parse(
        "{extends: 2026-11, name: ring, description: d,"
        " models: {llama3.1-8b: {successor: zai-glm-4.7}, zai-glm-4.7: {successor: llama3.1-8b}}}"
    )
    assert advice("llama3.1-8b", ring) == f"use one of {SERVED}"


def test_very_long_name(monkeypatch):
    """A name of any length is compared with nothing that takes longer than its length."""
    compared = []

    def record(name, *_, **__):
        compared.append(name)
        return []

    monkeypatch.setattr(model_names, "get_close_matches", record)
    for name in ("x" * 100_000, "a/" * 50_000, "cerebras:" * 10_000):
        assert advice(name, TODAY) == f"use one of {SERVED}"
    advice("gpt-oss-12b", TODAY)
    assert compared == ["gpt-oss-12b"]
