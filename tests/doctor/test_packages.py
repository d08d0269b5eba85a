"""Faults of released packages: the ends of each span, and what is no fault."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from mockserver.doctor.packages import FAULTS, findings
from mockserver.doctor.rules import RULES
from mockserver.verdicts.mistakes import MISTAKES

SDK = "cerebras-cloud-sdk"


def rules(installed):
    """Return the names of the faults among installed versions."""
    return [one.rule for one in findings(installed)]


@pytest.mark.parametrize(
    ("rule", "installed"),
    [
        ("openai-proxies", {"openai": "1.0.0", "httpx": "0.28.0"}),
        ("openai-proxies", {"openai": "1.55.2", "httpx": "0.28.1"}),
        ("cerebras-proxies", {SDK: "1.0.0", "httpx": "0.28.0"}),
        ("cerebras-proxies", {SDK: "1.12.1", "httpx": "0.28.1"}),
        ("openai-rewritten-httpx", {"openai": "1.0.0", "httpx": "1.0.dev1"}),
        ("openai-rewritten-httpx", {"openai": "2.54.0", "httpx": "1.0.dev6"}),
        ("cerebras-rewritten-httpx", {SDK: "1.0.0", "httpx": "1.0.dev1"}),
        ("cerebras-rewritten-httpx", {SDK: "1.91.0", "httpx": "1.0.dev6"}),
        ("litellm-openai", {"litellm": "1.75.8", "openai": "1.100.0"}),
        ("litellm-openai", {"litellm": "1.63.8", "openai": "1.100.1"}),
        ("pydantic-ai-openai", {"pydantic-ai-slim": "0.4.0", "openai": "1.99.2"}),
        ("pydantic-ai-openai", {"pydantic-ai-slim": "0.7.0", "openai": "1.99.6"}),
        ("openai-agents-openai", {"openai-agents": "0.0.16", "openai": "1.99.6"}),
        ("openai-agents-openai", {"openai-agents": "0.2.5", "openai": "1.99.2"}),
        ("pydantic-ai-settings", {"pydantic-ai-slim": "0.7.6"}),
        ("pydantic-ai-settings", {"pydantic-ai-slim": "1.107.10"}),
        ("pydantic-ai-settings", {"pydantic-ai-slim": "2.33.0"}),
        ("litellm-cut-stream", {"litellm": "1.75.9"}),
        ("litellm-cut-stream", {"litellm": "1.108.14"}),
        ("litellm-reasoning", {"litellm": "1.63.8"}),
        ("litellm-reasoning", {"litellm": "1.81.6"}),
        ("litellm-stolen", {"litellm": "1.82.7"}),
        ("litellm-stolen", {"litellm": "1.82.8"}),
    ],
)
def test_faulty(rule, installed):
    """The first and the last release of a span are in it."""
    assert rule in rules(installed)


@pytest.mark.parametrize(
    ("rule", "installed"),
    [
        ("openai-proxies", {"openai": "0.28.1", "httpx": "0.28.1"}),
        ("openai-proxies", {"openai": "1.55.2", "httpx": "0.27.2"}),
        ("openai-proxies", {"openai": "1.55.3", "httpx": "0.28.1"}),
        ("openai-proxies", {"openai": "1.55.2", "httpx": "1.0.dev3"}),
        ("cerebras-proxies", {SDK: "1.12.1", "httpx": "0.27.2"}),
        ("cerebras-proxies", {SDK: "1.12.2", "httpx": "0.28.0"}),
        ("openai-rewritten-httpx", {"openai": "2.54.0", "httpx": "0.28.1"}),
        ("openai-rewritten-httpx", {"openai": "3.0.0", "httpx": "1.0.dev6"}),
        ("openai-rewritten-httpx", {"openai": "2.54.0", "httpx": "1.0.dev7"}),
        ("openai-rewritten-httpx", {"openai": "2.54.0", "httpx": "1.0"}),
        ("cerebras-rewritten-httpx", {SDK: "1.91.1", "httpx": "1.0.dev6"}),
        ("litellm-openai", {"litellm": "1.63.7", "openai": "1.100.0"}),
        ("litellm-openai", {"litellm": "1.75.8", "openai": "1.99.9"}),
        ("litellm-openai", {"litellm": "1.75.8", "openai": "1.100.2"}),
        ("litellm-openai", {"litellm": "1.75.9", "openai": "1.100.1"}),
        ("pydantic-ai-openai", {"pydantic-ai-slim": "0.3.7", "openai": "1.99.2"}),
        ("pydantic-ai-openai", {"pydantic-ai-slim": "0.7.1", "openai": "1.99.2"}),
        ("pydantic-ai-openai", {"pydantic-ai-slim": "0.6.2", "openai": "1.99.1"}),
        ("pydantic-ai-openai", {"pydantic-ai-slim": "0.6.2", "openai": "1.99.7"}),
        ("openai-agents-openai", {"openai-agents": "0.0.15", "openai": "1.99.2"}),
        ("openai-agents-openai", {"openai-agents": "0.2.6", "openai": "1.99.6"}),
        ("openai-agents-openai", {"openai-agents": "0.2.5", "openai": "1.99.1"}),
        ("openai-agents-openai", {"openai-agents": "0.2.5", "openai": "1.99.7"}),
        ("pydantic-ai-settings", {"pydantic-ai-slim": "0.7.5"}),
        ("pydantic-ai-settings", {"pydantic-ai-slim": "2.34.0"}),
        ("litellm-cut-stream", {"litellm": "1.75.8"}),
        ("litellm-cut-stream", {"litellm": "1.109.0rc1"}),
        ("litellm-cut-stream", {"litellm": "1.109.0"}),
        ("litellm-reasoning", {"litellm": "1.63.7"}),
        ("litellm-reasoning", {"litellm": "1.81.7"}),
        ("litellm-stolen", {"litellm": "1.82.6"}),
        ("litellm-stolen", {"litellm": "1.82.9"}),
        ("litellm-stolen", {"litellm": "1.83.0"}),
    ],
)
def test_right(rule, installed):
    """The neighbours of a span are not in it."""
    assert rule not in rules(installed)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_all_of_them(fault):
    """Where a fault takes two packages, one alone is right, and so is what can't be read."""
    faulty = {
        name: next(
            one.version for one in SpecifierSet(span) if "=" in one.operator and ">" in one.operator
        )
        for name, span in fault.versions.items()
    }
    assert fault.name in rules(faulty)
    for name in faulty:
        assert fault.name not in rules({key: faulty[key] for key in faulty if key != name})
        assert fault.name not in rules({**faulty, name: "unknown"})
        assert fault.name not in rules({**faulty, name: "0.0.1"})


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.55.2rc1", ["openai-proxies"]),
        ("1.55.2+local", ["openai-proxies"]),
        ("1.55.3rc1", []),  # may have the fix
        ("1.0.0b1", []),
        ("1.55.3.dev0+g1234", []),
        ("v1.55.2", ["openai-proxies"]),
        ("", []),
        ("1.55.2-custom-build", []),
    ],
)
def test_forms(version, expected):
    """A pre-release of the version that has the fix is not accused, nor what can't be read."""
    assert rules({"openai": version, "httpx": "0.28.1"}) == expected


def test_finding():
    """The place is what is installed, the fix what is needed."""
    (one,) = findings({"openai": "1.50.2", "httpx": "0.28.1", "requests": "2.0"})
    assert (one.place, one.line) == ("openai 1.50.2 with httpx 0.28.1", 0)
    assert "1.55.3" in one.fix
    assert one.text().startswith("openai 1.50.2 with httpx 0.28.1: error: ")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_form(fault):
    """Names are unique and normalized, sentences have no full stop, and the source is public."""
    others = [one.name for one in (*FAULTS, *MISTAKES, *RULES.values()) if one is not fault]
    assert fault.name not in others
    assert all(canonicalize_name(name) == name for name in fault.versions)
    assert not fault.what.endswith(".")
    assert not fault.fix.endswith(".")
    assert fault.source.startswith("https://github.com/")
