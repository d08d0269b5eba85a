"""Looks for mistakes in the variables that clients read."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.core.credentials import redacted
from mockserver.core.key_forms import shown_key
from mockserver.verdicts.mistakes import Client, Explanation, Setup, mistakes_in
from mockserver.verdicts.mistakes.misspelt import means_cerebras
from mockserver.verdicts.mistakes.vendors import OURS

from .finding import Finding
from .rules import explained
from .variables import Variable

ADDRESSES: Mapping[str, Client] = {
    "CEREBRAS_BASE_URL": "cerebras",
    "CEREBRAS_API_BASE": "openai",
    "OPENAI_BASE_URL": "openai",
    "OPENAI_API_BASE": "openai",
}
"""The variables with a base URL, and the kind of client that reads each."""
KEY = "CEREBRAS_API_KEY"
_MODEL = re.compile(r"CEREBRAS_(?:\w+_)?MODEL(?:_NAME|_ID)?")
_MISPLACED = "key-in-another-variable"
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_SCHEMES = ("http", "https", "socks5", "socks5h")  # those that httpx accepts
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_OTHER_VENDORS = (
    *("ANTHROPIC", "COHERE", "DEEPSEEK", "FIREWORKS", "GEMINI", "GOOGLE", "GROQ", "MISTRAL"),
    *("OPENROUTER", "PERPLEXITY", "SAMBANOVA", "TOGETHER", "XAI"),
)
_REDIRECTING = ("_BASE_URL", "_API_BASE", "_API_URL")


def findings(
    variables: Iterable[Variable],
    edition: Edition,
    *,
    exists: Callable[[str], bool],
    read_by_code: Container[str] = (),
) -> Iterator[Finding]:
    """
    Yield the mistakes in variables.

    ``exists`` returns whether there is a file at a path. ``read_by_code`` are the variables that
    the user's own code reads and may pass to any client.
    """
    known = {one.name: one for one in variables if one.name.isupper() or one.name.islower()}
    yield from _addresses(known, edition, read_by_code)
    yield from _keys(known, edition, read_by_code)
    yield from _models(known, edition)
    yield from _certificates(known, exists)
    yield from _proxies(known)


def first_in(setup: Setup) -> list[Explanation]:
    """Return only the first mistake, if there is any, since the others usually follow from it."""
    return list(islice(mistakes_in(setup), 1))


def _addresses(
    known: Mapping[str, Variable], edition: Edition, read_by_code: Container[str]
) -> Iterator[Finding]:
    for name, client in ADDRESSES.items():
        one = known.get(name)
        if one is None or not (name.startswith("CEREBRAS") or means_cerebras(one.value)):
            continue  # OpenAI's client may be used with any host
        reader: Client = "" if name in read_by_code else client
        setup = Setup(edition, client=reader, base_url=one.value)
        yield from (
            Finding.at(one.place, one.line, found) for found in islice(mistakes_in(setup), 1)
        )
    messages = known.get("ANTHROPIC_BASE_URL")  # Anthropic's client sends to /v1/messages
    if messages is not None and _parts(messages.value)[1] == OURS:
        setup = Setup(edition, base_url=messages.value, method="POST", path="/v1/messages")
        yield from (Finding.at(messages.place, messages.line, one) for one in first_in(setup))


def _keys(
    known: Mapping[str, Variable], edition: Edition, read_by_code: Container[str]
) -> Iterator[Finding]:
    base = known["CEREBRAS_BASE_URL"].value if "CEREBRAS_BASE_URL" in known else ""
    plain = Setup(edition, "cerebras", base)
    told = {found.name for found in mistakes_in(plain)}
    key = known.get(KEY)
    if key is not None:
        sent = replace(plain, authorization=shown_key(key.value), key_place=KEY)
        new = (found for found in mistakes_in(sent) if found.name not in told)
        yield from (Finding.at(key.place, key.line, found) for found in islice(new, 1))
    else:
        yield from _misplaced(known, plain, read_by_code)
    yield from _openai_key(known, edition)
    for vendor in _OTHER_VENDORS:
        other = known.get(f"{vendor}_API_KEY")
        elsewhere = any(f"{vendor}{end}" in known for end in _REDIRECTING)
        if other is not None and other.value.startswith("csk-") and not elsewhere:
            told_of = explained("key-of-cerebras", variable=other.name)
            yield Finding.at(other.place, other.line, told_of)


def _openai_key(known: Mapping[str, Variable], edition: Edition) -> Iterator[Finding]:
    """Yield what is wrong with the API key, if the variables make OpenAI's client use this API."""
    base, key = known.get("OPENAI_BASE_URL"), known.get("OPENAI_API_KEY")
    if base is None or key is None or _parts(base.value)[1] != OURS:
        return
    plain = Setup(edition, "openai", base.value)
    told = {found.name for found in mistakes_in(plain)}
    sent = replace(plain, authorization=shown_key(key.value), key_place=key.name)
    new = (found for found in mistakes_in(sent) if found.name not in told)
    yield from (Finding.at(key.place, key.line, found) for found in islice(new, 1))


def _misplaced(
    known: Mapping[str, Variable], plain: Setup, read_by_code: Container[str]
) -> Iterator[Finding]:
    """Yield the variables that hold an API key under a name that no client reads."""
    for one in known.values():
        ours = one.name.startswith("CEREBRAS") and one.value.startswith("csk-")
        if ours and one.name not in read_by_code:
            setup = replace(plain, authorization="", variables=frozenset({one.name}))
            for found in mistakes_in(setup):
                if found.name == _MISPLACED:
                    yield Finding.at(one.place, one.line, found)


def model_of(variables: Iterable[Variable]) -> str:
    """Return the model that a variable names, or "" if no variable names a model."""
    return next((one.value for one in variables if _MODEL.fullmatch(one.name) and one.value), "")


def _models(known: Mapping[str, Variable], edition: Edition) -> Iterator[Finding]:
    for one in known.values():
        if _MODEL.fullmatch(one.name) and one.value:
            for found in first_in(Setup(edition, "cerebras", model=one.value)):
                yield Finding.at(one.place, one.line, found)


def _certificates(
    known: Mapping[str, Variable], exists: Callable[[str], bool]
) -> Iterator[Finding]:
    for name in _CERTIFICATES:
        one = known.get(name)
        if one is not None and one.value and not exists(one.value):
            found = explained("missing-certificates", variable=name, path=redacted(one.value))
            yield Finding.at(one.place, one.line, found)


def _proxies(known: Mapping[str, Variable]) -> Iterator[Finding]:
    proxies = [one for name in _PROXIES if (one := _either(known, name)) and one.value]
    for one in proxies:
        scheme, has_scheme, _ = one.value.partition("://")
        if has_scheme and scheme.lower() not in _SCHEMES:
            found = explained("unusable-proxy", variable=one.name, scheme=scheme)
            yield Finding.at(one.place, one.line, found)
    by_scheme = {one.name.upper(): one for one in proxies}
    for name in ADDRESSES:
        scheme, host = _parts(known[name].value) if name in known else ("", "")
        proxy = by_scheme.get(f"{scheme.upper()}_PROXY", by_scheme.get("ALL_PROXY"))
        if host in LOOPBACK and proxy and not _is_exempt(host, _either(known, "NO_PROXY")):
            found = explained("proxied-loopback", host=host, variable=proxy.name)
            yield Finding.at(proxy.place, proxy.line, found)
            return


def _either(known: Mapping[str, Variable], name: str) -> Variable | None:
    """Return a variable; a lower-case name takes precedence over an upper-case one."""
    return known.get(name.lower()) or known.get(name)


def _parts(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _is_exempt(host: str, no_proxy: Variable | None) -> bool:
    named = {one.strip().strip("[]") for one in no_proxy.value.split(",")} if no_proxy else set()
    return "*" in named or any(one.partition(":")[0] == host or one == host for one in named)
