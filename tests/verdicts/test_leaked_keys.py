"""The verdict on keys that stray, beside its innocent neighbours."""

from __future__ import annotations

import pytest


def test_escape(stage):
    """A request to the real API, which the guard has stopped, counted once."""
    play = stage()
    play.escapes = ["a request to api.cerebras.ai was stopped (app.py:7)"] * 2
    assert play.sentence("key-sent-elsewhere") == (play.escapes[0], ())


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        ("Bearer sk-proj-abc", "'sk-', like those of OpenAI, Anthropic or OpenRouter"),
        ("Bearer gsk_abc", "'gsk_', like those of Groq"),
        ("hf_abc", "'hf_', like those of Hugging Face"),
        ("Bearer xai-abc", "'xai-', like those of xAI"),
        ("Bearer pplx-abc", "'pplx-', like those of Perplexity"),
    ],
)
@pytest.mark.parametrize("edition", ["guide", "2026-11"])
def test_key_of_another_vendor(stage, credentials, sentence, edition):
    """Another vendor's key, whether or not the edition refuses it."""
    play = stage(edition=edition)
    play.send(0, headers={"authorization": credentials}, model="gpt-oss-120b")
    assert play.judged() == ["key-sent-elsewhere"]
    assert play.sentence("key-sent-elsewhere") == (
        f"#1 carried a key that begins with {sentence}",
        (1,),
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer csk-abc"},
        {"authorization": "Bearer test-key"},
        {"authorization": "Bearer test"},
        {"authorization": "Basic dXNlcjpwYXNzd29yZA=="},
        {},
    ],
)
def test_other_keys(stage, headers):
    """A good key, a made-up one, and none."""
    play = stage()
    play.send(0, headers=headers)
    assert play.judged() == []


def test_edition_with_such_keys(stage, tmp_path):
    """Where such keys are the edition's own."""
    path = tmp_path / "ours.yaml"
    path.write_text("extends: guide\nkeys: {prefix: sk-}\n")
    play = stage(edition=str(path))
    play.send(0, headers={"authorization": "Bearer sk-abc"})
    assert play.judged() == []
