"""Looks for known faults of the installed packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from mockserver.verdicts.mistakes import Explanation, Severity

from .finding import Finding

_NEW_HTTPX = ">=0.28,<1"  # has no argument named proxies
_REWRITTEN_HTTPX = ">=1.0.dev1,<=1.0.dev6"  # all of its releases
_UNION_OF_CALLS = ">=1.99.2,<1.99.7"  # ChatCompletionMessageToolCallParam can't be called


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A fault that some versions of packages have, and later versions do not.

    ``versions`` maps the normalized name of each package to its faulty versions; the fault occurs
    if all of these packages are installed in such versions. The other fields are as in
    ``Explanation``.
    """

    name: str
    versions: Mapping[str, str]
    what: str
    fix: str
    source: str
    severity: Severity = "error"

    def meets(self, installed: Mapping[str, str]) -> bool:
        """Return whether the fault occurs, given the installed version of each package."""
        return all(_is_in(installed.get(name), span) for name, span in self.versions.items())

    @property
    def explanation(self) -> Explanation:
        """The fault in words, with its fix."""
        return Explanation(self.name, self.what, self.fix, self.source, self.severity)


FAULTS = (
    Fault(
        "openai-proxies",
        {"openai": ">=1.0,<1.55.3", "httpx": _NEW_HTTPX},
        "OpenAI() without http_client ends with a TypeError, because it passes the argument "
        "proxies, which httpx 0.28 removed",
        "upgrade openai to 1.55.3 or later",
        "https://github.com/encode/httpx/issues/3431",
    ),
    Fault(
        "cerebras-proxies",
        {"cerebras-cloud-sdk": ">=1.0,<1.12.2", "httpx": _NEW_HTTPX},
        "Cerebras() without http_client ends with a TypeError, because it passes the argument "
        "proxies, which httpx 0.28 removed",
        "upgrade cerebras_cloud_sdk to 1.12.2 or later",
        "https://github.com/Cerebras/cerebras-cloud-sdk-python/issues/2",
    ),
    Fault(
        "openai-rewritten-httpx",
        {"openai": ">=1.0,<3", "httpx": _REWRITTEN_HTTPX},
        "openai can't be imported, because the pre-releases of httpx 1.0 are a different library",
        'install a release of httpx: pip install "httpx<1"',
        "https://github.com/encode/httpx/issues/3602",
    ),
    Fault(
        "cerebras-rewritten-httpx",
        {"cerebras-cloud-sdk": ">=1.0,<=1.91.0", "httpx": _REWRITTEN_HTTPX},
        "the Cerebras SDK can't be imported, because the pre-releases of httpx 1.0 are a different "
        "library",
        'install a release of httpx: pip install "httpx<1"',
        "https://github.com/encode/httpx/issues/3602",
    ),
    Fault(
        "litellm-openai",
        {"litellm": ">=1.63.8,<1.75.9", "openai": ">=1.100.0,<1.100.2"},
        "litellm can't be imported, because these releases of openai lack ResponseTextConfig",
        "upgrade litellm to 1.75.9 or later, or openai to 1.100.2 or later",
        "https://github.com/BerriAI/litellm/issues/13710",
    ),
    Fault(
        "pydantic-ai-openai",
        {"pydantic-ai-slim": ">=0.4,<0.7.1", "openai": _UNION_OF_CALLS},
        "pydantic-ai ends with a TypeError when it sends a tool call back to the model",
        "upgrade pydantic-ai to 0.7.1 or later, or openai to 1.99.7 or later",
        "https://github.com/pydantic/pydantic-ai/issues/2476",
        "warning",
    ),
    Fault(
        "openai-agents-openai",
        {"openai-agents": ">=0.0.16,<0.2.6", "openai": _UNION_OF_CALLS},
        "the Agents SDK ends with a TypeError when it sends a tool call back to the model",
        "upgrade openai-agents to 0.2.6 or later, or openai to 1.99.7 or later",
        "https://github.com/openai/openai-agents-python/issues/1417",
        "warning",
    ),
    Fault(
        "litellm-cut-stream",
        {"litellm": ">=1.75.9,<1.109"},
        'litellm reports finish_reason "stop" for a stream that broke off, so half an answer '
        "passes for a whole one",
        "upgrade litellm to 1.109.0 or later",
        "https://github.com/BerriAI/litellm/issues/40260",
        "warning",
    ),
    Fault(
        "litellm-reasoning",
        {"litellm": ">=1.63.8,<1.81.7"},
        "litellm raises UnsupportedParamsError for reasoning_effort with cerebras/gpt-oss-120b, "
        "although the API accepts it",
        "upgrade litellm to 1.81.7 or later",
        "https://github.com/BerriAI/litellm/issues/16680",
        "warning",
    ),
    Fault(
        "litellm-stolen",
        {"litellm": ">=1.82.7,<=1.82.8"},
        "this release was not made by litellm's authors, and it steals keys and passwords",
        "uninstall litellm, revoke each key that was on this machine, and install a later release",
        "https://github.com/BerriAI/litellm/issues/24518",
    ),
)


def findings(installed: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the faults of installed packages, given their normalized names and versions."""
    for fault in FAULTS:
        if fault.meets(installed):
            place = " with ".join(f"{name} {installed[name]}" for name in fault.versions)
            yield Finding.at(place, 0, fault.explanation)


def _is_in(version: str | None, span: str) -> bool:
    """Return whether a version is within a span; an unreadable version is outside every span."""
    try:
        return version is not None and Version(version) in SpecifierSet(span, prereleases=True)
    except InvalidVersion:
        return False
