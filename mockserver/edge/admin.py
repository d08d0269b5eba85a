"""
The admin API under ``/__mock__/``: the scenario, injected faults, the journal and the clock.

Only the user of the mock may call this API. Without a token, requests must come from this machine
and have a local name in ``Host``. Requests from web pages of other sites are always refused.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from mockserver.core.documents import noting_files, value_of
from mockserver.core.errors import DocumentError, MockServerError, suggestion
from mockserver.core.messages import Request
from mockserver.core.units import seconds
from mockserver.journal.har import as_har, as_json
from mockserver.plan import Data, End, Head, Plan
from mockserver.scenario import loaded, read

from .live import LiveEngine

PREFIX = "/__mock__/"
_FORMATS = ("json", "har")
_LEVELS = 3  # nested levels to encode in pieces; in a HAR, the third is the list of entries
Query: TypeAlias = Mapping[str, str]
_Action: TypeAlias = Callable[[Request, Query], Any]


@dataclass(frozen=True, slots=True)
class AdminResponse:
    """A status and a JSON body, which for an error contains one sentence."""

    status: int
    body: Any

    @property
    def plan(self) -> Plan:
        """The response as a plan to play."""
        data = "".join(_pieces(self.body, _LEVELS)).encode()
        fields = ("content-type", "application/json"), ("content-length", str(len(data)))
        return (Head(self.status, fields), Data(data), End())


class Admin:
    """The admin API of the mock at ``url``; if a ``token`` is set, every request must have it."""

    def __init__(self, live: LiveEngine, url: str, token: str | None = None) -> None:
        self._live = live
        self._url = url
        self._token = token
        self.actions: Mapping[str, Mapping[str, _Action]] = {
            "scenario": {"GET": self._scenario, "PUT": self._play},
            "inject": {"POST": self._inject},
            "reset": {"POST": self._reset},
            "journal": {"GET": self._journal},
            "clock": {"GET": self._clock, "POST": self._advance},
        }

    def answer(self, request: Request, peer: str) -> AdminResponse:
        """Handle a request from the address ``peer``; callable from any thread."""
        refused = self._refused(request, peer)
        if refused is not None:
            return refused
        name = request.path.removeprefix(PREFIX)
        methods = self.actions.get(name)
        if methods is None:
            return _error(404, f"nothing is called {name!r}{suggestion(name, self.actions)}")
        action = methods.get(request.method)
        if action is None:
            allowed = " and ".join(methods)
            return _error(405, f"{name} takes {allowed}, found {request.method}")
        try:
            return AdminResponse(200, action(request, _query(request)))
        except (MockServerError, ValueError) as error:
            return _error(400, str(error))

    def _refused(self, request: Request, peer: str) -> AdminResponse | None:
        headers = request.headers
        host, origin = headers.get("host", ""), headers.get("origin")
        own = f"{urlsplit(self._url).scheme}://{host}"
        foreign = origin is not None and origin != own
        if foreign or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return _error(403, "requests from web pages of other sites are refused")
        if self._token is not None:
            given = (request.key or "").encode(errors="surrogatepass")
            if hmac.compare_digest(given, self._token.encode()):
                return None
            return _error(401, "a token is needed; send the header Authorization: Bearer TOKEN")
        if not _is_local(peer) or not _is_local(_name_of(host)):
            return _error(403, "other machines need a token; start serve with --admin-token TOKEN")
        return None

    def _scenario(self, _: Request, query: Query) -> dict[str, Any]:
        _check(query, ())
        playing = self._live.scenario
        edition, tier = self._live.engine.edition.name, playing.tier
        return {
            "name": playing.name,
            "description": playing.description,
            "parameters": dict(playing.parameters),
            "edition": edition,
            "tier": tier,
            "seed": playing.seed,
            "elapsed": self._live.elapsed,
        }

    def _play(self, request: Request, query: Query) -> dict[str, Any]:
        given = {key: value_of(value, source=key) for key, value in query.items() if key != "name"}
        name, body = query.get("name"), _text(request)
        if (name is None) is not bool(body):
            both = ", not both" if body else ""
            raise DocumentError(f"should have ?name=SCENARIO, or a scenario as its body{both}")
        files: list[str] = []
        try:
            with noting_files(files.append):
                self._live.change(
                    read(body, source="body", parameters=given)
                    if name is None
                    else loaded(name, given)
                )
        except DocumentError as error:
            if not files:
                raise
            said = f"{files[-1]}: is not a valid scenario or edition; cerebras-mock check says why"
            raise DocumentError(said) from error  # the original error may quote the user's file
        return self._scenario(request, {})

    def _inject(self, request: Request, query: Query) -> dict[str, Any]:
        _check(query, ())
        rule = self._live.inject_text(_text(request))
        return {"injected": rule.name}

    def _reset(self, request: Request, query: Query) -> dict[str, Any]:
        _check(query, ())
        self._live.restart()
        return self._scenario(request, {})

    def _journal(self, _: Request, query: Query) -> Any:
        _check(query, ("format",))
        form = query.get("format", "json")
        if form not in _FORMATS:
            raise DocumentError(f"no format is called {form!r}{suggestion(form, _FORMATS)}")
        journal = self._live.journal  # not locked, so that answers need not wait
        replica = self._live.replica
        if form == "har":
            return as_har(journal, self._url, replica)
        return as_json(journal, replica)

    def _clock(self, _: Request, query: Query) -> dict[str, float]:
        _check(query, ())
        return {"now": self._live.now(), "elapsed": self._live.elapsed}

    def _advance(self, request: Request, query: Query) -> dict[str, float]:
        _check(query, ("advance",))
        if "advance" not in query:
            raise DocumentError("advance: should be a duration with its unit, but is missing")
        if self._live.clock.shared:
            raise DocumentError("the client shares this clock; call advance() in the test")
        try:
            self._live.advance(seconds(query["advance"]))
        except ValueError as error:
            raise DocumentError(f"advance: {error}, found {query['advance']!r}") from error
        return self._clock(request, {})


def _query(request: Request) -> Query:
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        if name in query:
            raise DocumentError(f"{name!r} is given twice")
        query[name] = value
    return query


def _check(query: Query, known: tuple[str, ...]) -> None:
    for name in query:
        if name not in known:
            raise DocumentError(f"unknown parameter {name!r}{suggestion(name, known)}")


def _text(request: Request) -> str:
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise DocumentError("body: is not text in UTF-8") from error


def _name_of(host: str) -> str:
    """Return a host without its port, or "" if the host is invalid."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pieces(value: Any, levels: int) -> Iterator[str]:
    """
    Yield a value as JSON, in pieces.

    Encoding the whole journal at once would block all other threads.
    """
    if levels and isinstance(value, dict):
        before = "{"
        for key, inner in value.items():
            yield f"{before}{json.dumps(key)}: "
            yield from _pieces(inner, levels - 1)
            before = ", "
        yield "}" if value else "{}"
    elif levels and isinstance(value, list):
        before = "["
        for inner in value:
            yield before
            yield from _pieces(inner, levels - 1)
            before = ", "
        yield "]" if value else "[]"
    else:
        yield json.dumps(value)


def _error(status: int, said: str) -> AdminResponse:
    return AdminResponse(status, {"error": said})
