"""Mistakes in the address of a request: its base URL, host and path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.api.contract.routes import known, meant

from . import misspelt
from .mistake import Condition, Mistake
from .setup import Setup
from .vendors import OURS, ROUTERS, vendor_of, vendor_of_path

_WRONG_HOSTS: Mapping[str, str] = {
    "cerebras.ai": "a web site",
    "www.cerebras.ai": "a web site",
    "cerebras.com": "not the API's",
    "www.cerebras.com": "not the API's",
    "inference.cerebras.ai": "a chat in the browser",
    "chat.cerebras.ai": "a chat in the browser",
    "cloud.cerebras.ai": "the console, where keys are made",
    "inference-docs.cerebras.ai": "the documentation",
    "docs.cerebras.ai": "the documentation",
    "training-docs.cerebras.ai": "the documentation",
    "api.cerebras.com": "not the API's",
    "api.cerebras.net": "not the API's",
    "api.cerebras.io": "not the API's",
    "api.cerebras.org": "not the API's",
    "api.inference.cerebras.ai": "not the API's",
    "inference.cerebras.com": "not the API's",
    "cloud.cerebras.com": "not the API's",
}
_ENDPOINT = r"(?:chat/completions|completions|models)"
_TWO_ENDPOINTS = re.compile(
    rf"/(?:{_ENDPOINT}|chat(?=/+(?:v1/+)?chat)|responses|messages)/+(?:v1/+)?{_ENDPOINT}/?\Z"
)
_TWO_VERSIONS = re.compile(r"/v1/(.*/)?v1(/|\Z)")
_OTHER_VERSION = re.compile(r"/(v(?!1(?:/|\Z))\d\w*)(?:/|\Z)")
_DECORATION = re.compile(r"[\"'`\s]|%2[027]|%0[9adAD]")
_BARE_HOST = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?(/|\Z)")
_LANDED = re.compile(rf"{_ENDPOINT}\Z")
_PATHS = [row.path for row in ENDPOINTS.values() if "{" not in row.path]
_NEAR = 0.85  # "/v1/chat/completion" is similar enough, "/v1/edits" is not

_ONCE = "leave /v1 out, because the Cerebras SDK adds it"
_QWEN_CODE = "https://github.com/QwenLM/qwen-code/issues/179"
_QUICKSTART = "https://inference-docs.cerebras.ai/quickstart"
_CHAT_PAGE = "https://inference-docs.cerebras.ai/api-reference/chat-completions"
_OPENAI_PAGE = "https://inference-docs.cerebras.ai/resources/openai"


def _host(it: Setup) -> str:
    return it.host.rstrip(".")


def is_mistaken(host: str) -> bool:
    """Return whether a host is a known wrong host for this API, or is misspelt."""
    return host in _WRONG_HOSTS or misspelt.is_host(host)


def _of_the_api(condition: Condition) -> Condition:
    """Limit a condition to requests that go to the API, but to a path that does not exist there."""
    return lambda it: it.is_ours and not known(it.asked) and condition(it)


def _has(form: re.Pattern[str]) -> Condition:
    return lambda it: form.search(it.asked) is not None


def _is_decorated(it: Setup) -> bool:
    """Return whether there are spaces or quotes in or around the base URL."""
    if it.path:
        return not known(it.path) and _DECORATION.search(it.path) is not None
    return bool(it.client) and _DECORATION.search(it.base_url) is not None


def _lacks_scheme(it: Setup) -> bool:
    return bool(it.client) and _BARE_HOST.match(it.base_url) is not None


def _is_elsewhere(it: Setup) -> bool:
    """Return whether a client or key for this API is used with a vendor that is not a gateway."""
    key = it.authorization is not None and it.authorization.startswith("Bearer csk-")
    return bool(vendor_of(_host(it))) and (
        key or (it.client == "cerebras" and _host(it) not in ROUTERS)
    )


def _has_query(it: Setup) -> bool:
    """Return whether the base URL has a query, to which the client adds the rest of the path."""
    if it.path:
        return _LANDED.search(it.query) is not None and not known(it.path)
    return bool(it.client and it.url.query)


def _lacks_version(it: Setup) -> bool:
    return not it.asked.startswith("/v1/") and meant(it.asked) == f"/v1{it.asked}"


def _has_two_slashes(it: Setup) -> bool:
    return "//" in (it.path or it.url.path)


def _ends_in_slash(it: Setup) -> bool:
    return it.path.endswith("/") and known(it.path.rstrip("/"))


def _is_prefixed(it: Setup) -> bool:
    """Return whether something precedes ``/v1``, or an endpoint's path, at the end of the path."""
    found = re.search(rf"(?<=.)/v1(/{_ENDPOINT})?\Z|(?<=.)/chat/completions\Z", it.asked)
    return found is not None


def _is_base_url_alone(it: Setup) -> bool:
    return it.method == "POST" and it.path in ("/", "/v1", "/v1/", "/v1/chat", "/v1/chat/")


def _near(it: Setup) -> str:
    return next(iter(get_close_matches(it.asked, _PATHS, 1, _NEAR)), "")


ADDRESSES = (
    Mistake(
        "base-url-decorated",
        _is_decorated,
        "there are spaces, line breaks or quotes in the base URL: {where!r}",
        "remove them from the variable or the .env file: {it.right_url}",
        "https://github.com/web-infra-dev/midscene/issues/409",
        facts=lambda it: {"where": it.path or it.base_url},
    ),
    Mistake(
        "no-scheme",
        _lacks_scheme,
        "the base URL {it.base_url!r} has no https://, so no request is sent",
        "write https:// before the host: https://{it.base_url}",
        "https://github.com/openinterpreter/openinterpreter/issues/994",
    ),
    Mistake(
        "misspelt-scheme",
        lambda it: bool(misspelt.scheme(it.base_url)),
        "the base URL begins with {begins!r}, so no request is sent",
        "write https:// there: {it.right_url}",
        _QUICKSTART,
        facts=lambda it: {"begins": misspelt.scheme(it.base_url)},
    ),
    Mistake(
        "misspelt-host",
        lambda it: misspelt.is_host(_host(it)),
        f"the host {{host}} is misspelt; the API is at {OURS}",
        "set the base URL to {it.right_url}",
        _QUICKSTART,
        facts=lambda it: {"host": _host(it)},
    ),
    Mistake(
        "wrong-host",
        lambda it: _host(it) in _WRONG_HOSTS,
        f"the host {{host}} is {{whose}}; the API is at {OURS}",
        "set the base URL to {it.right_url}",
        _QUICKSTART,
        facts=lambda it: {"host": _host(it), "whose": _WRONG_HOSTS[_host(it)]},
    ),
    Mistake(
        "other-vendor",
        _is_elsewhere,
        "the base URL is that of {vendor} ({host}), but the client or the key is for Cerebras",
        "set the base URL to {it.right_url}",
        "https://github.com/1rgs/claude-code-proxy/issues/78",
        facts=lambda it: {"vendor": vendor_of(_host(it)), "host": _host(it)},
    ),
    Mistake(
        "no-tls",
        lambda it: it.url.scheme == "http" and _host(it) == OURS,
        "the base URL begins with http://, so the key is sent unencrypted, and a redirect "
        "to https:// turns POST into GET",
        "write https://: {it.right_url}",
        "https://github.com/psf/requests/issues/5494",
    ),
    Mistake(
        "base-url-with-query",
        lambda it: it.is_ours and _has_query(it),
        "the base URL has a query ({query}), so the rest of the path becomes part of the query",
        "leave the query out of the base URL, and pass it to the client as default_query",
        _OPENAI_PAGE,
        facts=lambda it: {"query": f"?{it.query or it.url.query}"},
    ),
    Mistake(
        "endpoint-in-base-url",
        _of_the_api(_has(_TWO_ENDPOINTS)),
        "the base URL has the path of an endpoint, and the client appends another: {it.asked}",
        "set the base URL to {it.right_url}",
        _QWEN_CODE,
    ),
    Mistake(
        "two-v1",
        _of_the_api(_has(_TWO_VERSIONS)),
        "the path has /v1 twice: {it.asked}",
        "{once}: set the base URL to {it.right_url}",
        "https://github.com/rohitg00/agentmemory/issues/628",
        facts=lambda it: {"once": _ONCE if it.client == "cerebras" else "write /v1 once"},
    ),
    Mistake(
        "no-v1",
        _of_the_api(_lacks_version),
        "the path has no /v1: {it.asked}",
        "add /v1 to the base URL: {it.right_url}",
        "https://github.com/tsundereraws/aisub-translator/issues/2",
    ),
    Mistake(
        "two-slashes",
        lambda it: it.is_ours and _has_two_slashes(it),
        "the path has two slashes in a row: {path}",
        "remove the slash at the end of the base URL: {it.right_url}",
        "https://github.com/BerriAI/litellm/issues/8350",
        facts=lambda it: {"path": it.path or it.url.path},
    ),
    Mistake(
        "slash-at-the-end",
        _ends_in_slash,
        "the path ends in a slash: {it.path}",
        "leave the last slash out: {path}",
        _CHAT_PAGE,
        facts=lambda it: {"path": it.path.rstrip("/")},
    ),
    Mistake(
        "path-of-another-vendor",
        _of_the_api(lambda it: bool(vendor_of_path(it.asked))),
        "the path is that of {vendor}'s API: {it.asked}",
        "set the base URL to {it.right_url}",
        _OPENAI_PAGE,
        facts=lambda it: {"vendor": vendor_of_path(it.asked)},
    ),
    Mistake(
        "wrong-version",
        _of_the_api(_has(_OTHER_VERSION)),
        "the API has only /v1, but the path has another version: {it.asked}",
        "set the base URL to {it.right_url}",
        _CHAT_PAGE,
    ),
    Mistake(
        "path-before-v1",
        _of_the_api(_is_prefixed),
        "the path has something before the path of the API: {it.asked}",
        "set the base URL to {it.right_url}, with nothing before /v1",
        _OPENAI_PAGE,
    ),
    Mistake(
        "base-url-alone",
        _is_base_url_alone,
        "the request was sent to {it.path}, which is not an endpoint",
        "send the request to /v1/chat/completions",
        "https://github.com/iSegaro/Translate-It/issues/74",
    ),
    Mistake(
        "misspelt-path",
        _of_the_api(lambda it: bool(it.path and _near(it))),
        "the API has no {it.asked}",
        "did you mean {near}?",
        _CHAT_PAGE,
        facts=lambda it: {"near": _near(it)},
    ),
)
