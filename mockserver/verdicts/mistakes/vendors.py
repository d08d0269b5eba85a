"""Finds the vendor of a host or of a path."""

from __future__ import annotations

import re
from collections.abc import Mapping

OURS = "api.cerebras.ai"
"""The host of the API."""
ROUTERS = frozenset({"openrouter.ai", "router.huggingface.co"})
"""The hosts of routers, which can pass a request on to this API."""

_VENDORS: Mapping[str, str] = {
    "api.openai.com": "OpenAI",
    "api.anthropic.com": "Anthropic",
    "api.groq.com": "Groq",
    "api.together.xyz": "Together AI",
    "api.together.ai": "Together AI",
    "api.fireworks.ai": "Fireworks AI",
    "openrouter.ai": "OpenRouter",
    "api.mistral.ai": "Mistral",
    "codestral.mistral.ai": "Mistral",
    "api.deepseek.com": "DeepSeek",
    "generativelanguage.googleapis.com": "Google Gemini",
    "integrate.api.nvidia.com": "NVIDIA",
    "api.sambanova.ai": "SambaNova",
    "api.x.ai": "xAI",
    "api.perplexity.ai": "Perplexity",
    "api.cohere.com": "Cohere",
    "api.cohere.ai": "Cohere",
    "api.deepinfra.com": "DeepInfra",
    "router.huggingface.co": "Hugging Face",
    "api-inference.huggingface.co": "Hugging Face",
    "api.replicate.com": "Replicate",
    "api.hyperbolic.xyz": "Hyperbolic",
    "api.novita.ai": "Novita AI",
    "api.ai21.com": "AI21",
    "api.moonshot.ai": "Moonshot AI",
    "api.moonshot.cn": "Moonshot AI",
    "api.z.ai": "Z.ai",
    "open.bigmodel.cn": "Z.ai",
    "dashscope.aliyuncs.com": "Alibaba Cloud",
    "dashscope-intl.aliyuncs.com": "Alibaba Cloud",
    "models.github.ai": "GitHub Models",
    "models.inference.ai.azure.com": "GitHub Models",
}
_AZURE = ".openai.azure.com"  # after a customer's name
_PATHS = (
    (re.compile(r"/openai/deployments/"), "Azure OpenAI"),
    (re.compile(r"/v1beta/openai(/|$)"), "Google Gemini"),
    (re.compile(r"/openai/v1(/|$)"), "Groq"),
    (re.compile(r"/inference/v1(/|$)"), "Fireworks AI"),
    (re.compile(r"/api/v1(/|$)"), "OpenRouter"),
    (re.compile(r"/compatible-mode/v1(/|$)"), "Alibaba Cloud"),
    (re.compile(r"/api/(coding/)?paas/v4(/|$)"), "Z.ai"),
    (re.compile(r"/serving-endpoints(/|$)"), "Databricks"),
)


def vendor_of(host: str) -> str:
    """
    Return the vendor, other than Cerebras, to which a host belongs; empty if unknown.

    >>> vendor_of("API.groq.com."), vendor_of("eu.openai.azure.com"), vendor_of("huggingface.co")
    ('Groq', 'Azure OpenAI', '')
    """
    name = host.lower().rstrip(".")
    return "Azure OpenAI" if name.endswith(_AZURE) else _VENDORS.get(name, "")


def vendors_variable(vendor: str) -> str:
    """
    Return the variable that sets the base URL of a client for a vendor.

    >>> vendors_variable("OpenAI"), vendors_variable("Groq")
    ('OPENAI_BASE_URL', 'CEREBRAS_BASE_URL')
    """
    return "OPENAI_BASE_URL" if vendor == "OpenAI" else "CEREBRAS_BASE_URL"


def vendor_of_path(path: str) -> str:
    """
    Return the vendor, other than Cerebras, whose paths begin like this path; empty if unknown.

    >>> vendor_of_path("/openai/v1/chat/completions"), vendor_of_path("/v1/chat/completions")
    ('Groq', '')
    """
    return next((vendor for form, vendor in _PATHS if form.match(path)), "")
