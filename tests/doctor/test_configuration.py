"""Variables in the forms of Kubernetes, Dockerfiles and docker-compose, and what is innocent."""

from __future__ import annotations

import pytest

from mockserver.doctor import text_source
from mockserver.doctor.comments import STYLES

KEY = "csk-" + "4f1dmock9x8y7z6w" * 3
SHORT = "csk-4f1dMock9x8Y7z6wqPl2"
ROOT = "https://api.cerebras.ai"


@pytest.fixture
def found(today):
    """Return a function that gives the line and the rule of each finding."""

    def look(text, kind="yaml", **keys):
        some = text_source.findings(text, f"a.{kind}", today, style=STYLES[kind], **keys)
        return [(one.line, one.rule) for one in some]

    return look


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("yaml", f"- name: CEREBRAS_BASE_URL\n  value: {ROOT}/v1", [(1, "two-v1")]),
        ("yaml", f'x:\n- name: "OPENAI_BASE_URL"\n  value: "{ROOT}"', [(2, "no-v1")]),
        (
            "yaml",
            "- name: CEREBRAS_BASE_URL\n  value: https://api.cerebas.ai",
            [(1, "misspelt-host")],
        ),
        (
            "dockerfile",
            "ENV CEREBRAS_BASE_URL https//api.cerebras.ai",
            [(1, "misspelt-scheme")],
        ),
        ("yaml", "- name: CEREBRAS_MODEL\n  value: 'llama3.1-8b'", [(1, "retired-model")]),
        ("yaml", f"- name: CEREBRAS_API_KEY\n  value: {KEY}", [(2, "key-in-code")]),
        (
            "json",
            '{"name": "CEREBRAS_MODEL", "value": "llama3.1-8b"}',
            [(1, "retired-model")],
        ),
        ("dockerfile", f"ENV CEREBRAS_BASE_URL {ROOT}/v1", [(1, "two-v1")]),
        ("dockerfile", "ENV CEREBRAS_MODEL llama3.1-8b", [(1, "retired-model")]),
        ("dockerfile", f"ENV CEREBRAS_API_KEY={SHORT}", [(1, "key-in-code")]),
        ("dockerfile", f'ENV A=b CEREBRAS_API_KEY="{SHORT}"', [(1, "key-in-code")]),
        ("dockerfile", f"ENV CEREBRAS_API_KEY {SHORT}", [(1, "key-in-code")]),
        ("dockerfile", f"ARG CEREBRAS_API_KEY={SHORT}", [(1, "key-in-code")]),
        ("dockerfile", f"ENV X={KEY[:4]}{KEY[4:].upper()}", [(1, "key-in-code")]),
        (
            "yml",
            f"environment:\n\n  - A=b\n  - CEREBRAS_API_KEY='{KEY}'",
            [(4, "key-in-code"), (4, "quoted-key")],
        ),
        (
            "yml",
            f'environment:\n  - CEREBRAS_BASE_URL="{ROOT}"',
            [(2, "base-url-decorated")],
        ),
    ],
)
def test_found(found, kind, text, expected):
    """A variable is looked at as in the environment."""
    assert found(text, kind) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("yaml", f"- name: CEREBRAS_BASE_URL\n  value: {ROOT}"),
        ("yaml", "- name: CEREBRAS_BASE_URL\n  value: http://cerebras-mock:8000"),
        ("yaml", "- name: OPENAI_BASE_URL\n  value: https://gateway/v1 # cerebras"),
        ("yaml", "- name: CEREBRAS_MODEL\n  value: ${MODEL}"),
        ("yaml", "- name: CEREBRAS_MODEL\n  valueFrom: llama3.1-8b"),
        ("yaml", "- name: GROQ_MODEL\n  value: llama3.1-8b\n- name: CEREBRAS_MODEL"),
        ("yaml", "# - name: CEREBRAS_MODEL\n#   value: llama3.1-8b"),
        ("yaml", "- name: CEREBRAS_API_KEY\n  value: changeme"),
        ("yaml", "- name: CEREBRAS_API_KEY\n  valueFrom:\n    secretKeyRef: {name: csk-key}"),
        ("yml", 'environment:\n  - "CEREBRAS_API_KEY=csk-4f1d"'),
        ("yml", "environment:\n  - CEREBRAS_API_KEY=csk-4f1d"),
        ("yml", 'environment:\n  CEREBRAS_API_KEY: "csk-4f1d"'),
        ("yml", 'script:\n  - CEREBRAS_API_KEY="csk-4f1d"'),
        ("yml", 'environment:\n  - A=b\nscript:\n  - CEREBRAS_API_KEY="csk-4f1d"'),
        ("yml", 'environment:\n  - CEREBRAS_API_KEY="csk-4f1d" python app.py'),
        ("dockerfile", "ENV CEREBRAS_API_KEY=csk-your-key-goes-here-in-this-place"),
        ("dockerfile", "ENV CEREBRAS_API_KEY=csk-abcdef1234567890abcdef"),
        ("dockerfile", f"ENV CEREBRAS_API_KEY=csk-{'ReplaceThisByYourRealKeyPlease'}"),
        ("dockerfile", "ARG CEREBRAS_API_KEY"),
        ("dockerfile", f"# ENV CEREBRAS_API_KEY={SHORT}"),
        ("dockerfile", f"RUN echo CEREBRAS_BASE_URL {ROOT}/v1"),
    ],
)
def test_innocent(found, kind, text):
    """What is right, stands for another value, or is set by a shell, is let go."""
    assert found(text, kind) == []


def test_read_by_code(found):
    """A variable that the user's own code reads may be for any client."""
    text = f"- name: CEREBRAS_BASE_URL\n  value: {ROOT}/v1"
    assert found(text, read_by_code={"CEREBRAS_BASE_URL"}) == []
