"""Keys that were sent to the wrong API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockserver.journal import Exchange

from .verdict import Case, Finding

_VENDORS: Mapping[str, str] = {
    "sk-": "OpenAI, Anthropic or OpenRouter",
    "gsk_": "Groq",
    "hf_": "Hugging Face",
    "pplx-": "Perplexity",
    "xai-": "xAI",
}


def leaked_keys(case: Case) -> Iterator[Finding]:
    """Find requests to the real API, and other vendors' keys that came to the mock."""
    for escape in dict.fromkeys(case.escapes):
        yield Finding(escape)
    for prefix, vendor in _VENDORS.items():
        if case.edition.keys.prefix.startswith(prefix):
            continue
        sent = tuple(one for one in case.exchanges if _is_key(_key(one), prefix))
        if sent:
            keys = f"#{sent[0].number} carried a key that begins with {prefix!r}"
            yield Finding(f"{keys}, like those of {vendor}", sent[:1])


def _is_key(shown: str, prefix: str) -> bool:
    """Return whether a shortened key has this beginning and is not a placeholder."""
    return shown.startswith(prefix) and shown.endswith("...")


def _key(exchange: Exchange) -> str:
    """Return the shortened key that is in the journal."""
    return exchange.request.headers.get("authorization", "").rpartition(" ")[2]
