"""The packages that are measured, and the scenarios."""

from __future__ import annotations

from dataclasses import dataclass

SCENARIOS = ("tool-arguments-cut", "silent-cut", "truncated-512", "rate-limit", "outage-503")
WITH_A_TOOL = frozenset({"tool-arguments-cut"})
STREAMED = frozenset({"silent-cut", "truncated-512"})


@dataclass(frozen=True, slots=True)
class App:
    """
    A package, the module in this folder that uses it, and the requirement for pip.

    ``beneath`` are the libraries through which its requests go. The modules in ``imports`` are
    imported before the clock runs.
    """

    package: str
    module: str
    requirement: str
    beneath: tuple[str, ...]
    imports: tuple[str, ...]


APPS = (
    App(
        "pydantic-ai-slim",  # pydantic-ai is the same with all of its extras
        "pydantic_ai",
        "pydantic-ai-slim[cerebras]",
        ("openai",),
        ("pydantic_ai.models.cerebras",),
    ),
    App("smolagents", "smolagents", "smolagents[openai]", ("openai",), ("smolagents", "openai")),
    App(
        "llama-index-llms-cerebras",
        "llama_index",
        "llama-index-llms-cerebras",
        ("llama-index-llms-openai", "openai"),
        ("llama_index.llms.cerebras", "llama_index.core.agent.workflow"),
    ),
    App(
        "strands-agents",
        "strands",
        "strands-agents[openai]",
        ("openai",),
        ("strands", "strands.models.openai"),
    ),
    App(
        "instructor",
        "instructor",
        "instructor[cerebras-cloud-sdk]",
        ("cerebras-cloud-sdk",),
        ("instructor", "cerebras.cloud.sdk"),
    ),
    App(
        "langchain-cerebras",
        "langchain",
        "langchain-cerebras",
        ("langchain-openai", "openai"),
        ("langchain_cerebras", "langchain_core.tools"),
    ),
    App("litellm", "litellm", "litellm", ("openai",), ("litellm",)),
    App("dspy", "dspy", "dspy", ("litellm", "openai"), ("dspy", "litellm")),
)
