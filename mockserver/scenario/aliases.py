"""
Names from other tools, with their equivalents in a scenario.

They come from Toxiproxy, WireMock, MockServer, mountebank, nock, Mock Service Worker, Envoy, Istio
and Chaos Mesh, and from people's guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.faults import FAULTS

_FAULTS: Mapping[str, str] = {
    "abort": "error: {status: 503}",
    "bad_gateway": "error: {problem: bad_gateway}",
    "connection_reset": "disconnect: {by: rst}",
    "connection_reset_by_peer": "disconnect: {by: rst}",
    "delay": "latency: {delay: 2s}",
    "delay_distribution": "latency: {delay: 2s, jitter: 1s, distribution: lognormal}",
    "drop_connection": "disconnect: {}",
    "empty_response": "disconnect: {}",
    "fixed_delay": "latency: {delay: 2s}",
    "fixed_delay_milliseconds": "latency: {delay: 500ms}",
    "http_error": "error: {status: 503}",
    "http_status": "error: {status: 503}",
    "limit_data": "cut: {after_bytes: 1000}",
    "malformed_response_chunk": "bad_chunk: {}",
    "network_error": "disconnect: {by: rst}",
    "random_data_then_close": "garbage: {}",
    "rate_limit": "error: {problem: requests_per_minute}",
    "rate_limited": "error: {problem: requests_per_minute}",
    "reset_peer": "disconnect: {by: rst}",
    "response_rate_limit": "bandwidth: {bytes_per_second: 1000}",
    "slicer": "split: {}",
    "sleep": "latency: {delay: 2s}",
    "slow_close": "hang_after_done: {for: 5s}",
    "status_code": "error: {status: 503}",
    "timeout": "stall: {}",
}
"""Faults, as written in a list of ``faults`` or in a ``sequence``."""
_OTHERS: Mapping[str, str] = {
    "cycle": "sequence: [...]' with 'then: repeat",
    "http_request": "match: {endpoint: chat}",
    "http_response": "reply: {text: Hi.}' or 'faults: [error: {status: 503}]",
    "once": "schedule: {first: 1}",
    "path": "match: {endpoint: chat}",
    "percent": "schedule: {probability: 0.5}",
    "percentage": "schedule: {probability: 0.5}",
    "predicates": "match: {endpoint: chat}",
    "remaining_times": "schedule: {first: 3}",
    "replies": "sequence: [{reply: {text: Hi.}}, ...]' with 'then: stay",
    "request": "match: {endpoint: chat}",
    "response": "reply: {text: Hi.}' or 'faults: [error: {status: 503}]",
    "responses": "sequence: [{reply: {text: Hi.}}, ...]' with 'then: repeat",
    "times": "schedule: {first: 3}",
    "toxicity": "schedule: {probability: 0.5}",
    "url": "match: {endpoint: chat}",
    "url_path": "match: {endpoint: chat}",
}
"""Other parts of a rule."""
_KEYS: Mapping[str, Mapping[str, str]] = {
    "latency": {"latency": "delay", "ms": "delay", "mean": "delay", "stddev": "jitter"},
    "bandwidth": {"rate": "bytes_per_second"},
    "cut": {"bytes": "after_bytes", "tokens": "after_tokens", "events": "after_events"},
}
"""Keys of faults that other tools have under the same or a similar name."""
_WITH_FAULTS = frozenset({"faults", "sequence"})
_NEAR = 3  # parts of a path: the list, the index, and the tag of a union
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[- ]")


def alias_hint(path: Sequence[str | int], key: str, value: Any) -> str:
    """
    Return the equivalent of an unknown key, as the end of a sentence; empty if there is none.

    >>> alias_hint(("rules", 0, "faults", 0), "reset_peer", {"timeout": 0})
    "; here that is 'disconnect: {by: rst}'"
    >>> alias_hint(("rules", 0), "fault", "EMPTY_RESPONSE")
    "; here that is 'faults: [disconnect: {}]'"
    """
    name = _plain(key)
    inner = _KEYS.get(str(path[-1]), {}) if path else {}
    if name in inner:
        return _said(inner[name])
    if name == "fault":
        faults = _faults(value)
        return _said(f"faults: [{', '.join(faults)}]") if faults else ""
    if name in _FAULTS and path:
        listed = path[-1] not in FAULTS and not _WITH_FAULTS.isdisjoint(path[-_NEAR:])
        return _said(_FAULTS[name] if listed else f"faults: [{_FAULTS[name]}]")
    return _said(_within(path, _OTHERS[name])) if name in _OTHERS else ""


def fault_for_alias(word: str) -> str | None:
    """Return the fault that another tool's word means, None if there is none."""
    return _FAULTS.get(_plain(word))


def _faults(value: Any) -> list[str]:
    words = list(value) if isinstance(value, dict) else [value]
    return [fault for word in words if (fault := fault_for_alias(str(word)))]


def _within(path: Sequence[str | int], meant: str) -> str:
    """Return ``meant`` without the outer mapping if the key is already in it."""
    outer = f"{path[-1]}: {{" if path else ""
    if outer and meant.startswith(outer) and meant.endswith("}"):
        return meant.removeprefix(outer).removesuffix("}")
    return meant


def _plain(name: str) -> str:
    return name.lower() if name.isupper() else _WORDS.sub("_", name).lower()


def _said(what: str) -> str:
    return f"; here that is '{what}'"
