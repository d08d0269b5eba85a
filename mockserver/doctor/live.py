"""
Sends a few requests to test whether the API is up and accepts the user's key.

Only ``doctor --live`` sends these requests, after printing which requests it will send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from mockserver.api.contract.edition import Edition
from mockserver.core.credentials import redacted
from mockserver.core.errors import shortened
from mockserver.core.key_forms import shown_key
from mockserver.core.messages import json_object
from mockserver.verdicts.mistakes import Explanation, Setup, mistakes_in

from .environment import KEY, LOOPBACK, model_of
from .finding import Finding
from .rules import explained
from .variables import of_environment

HOST = "api.cerebras.ai"
STATUS_PAGE = "https://status.cerebras.ai/api/v2/status.json"
_BASE_URL = "CEREBRAS_BASE_URL"
_SECONDS = 3.0  # how long each of the three requests may take
_MOST_BYTES = 256 * 1024
_TOKENS = 100  # the most tokens that the chat costs; the templates of some models take 70
_MODELS, _CHAT = "/v1/models", "/v1/chat/completions"
_SEE = "see https://status.cerebras.ai"
_MOST_LISTED = 8
_FAILURES: Mapping[type[BaseException], str] = {
    aiohttp.ClientConnectorDNSError: "no host has this name",
    aiohttp.ClientConnectorCertificateError: "its certificate is not trusted here",
    aiohttp.ClientSSLError: "the TLS handshake fails",
    aiohttp.ClientProxyConnectionError: "the proxy does not answer",
    aiohttp.ClientHttpProxyError: "the proxy refuses the connection",
    aiohttp.ClientConnectorError: "it refuses the connection",
    aiohttp.ServerDisconnectedError: "it closes the connection",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """
    An answer, or the reason why none came.

    If none came, ``status`` is 0. If the reason is a time-out, ``late`` is true; otherwise ``why``
    has the reason.
    """

    status: int = 0
    document: Mapping[str, Any] = field(default_factory=dict[str, Any])
    why: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """
    Sends the requests of ``doctor --live``, and turns their answers into findings.

    ``root`` is the URL of the API without its version. ``why_not`` is the reason why nothing can be
    sent, or "". ``seconds`` is how long each answer may take.
    """

    root: str
    key: str = field(repr=False)
    model: str
    edition: Edition
    status_page: str = ""
    why_not: str = ""
    is_mock: bool = False
    seconds: float = _SECONDS

    @classmethod
    def of(
        cls, environ: Mapping[str, str], edition: Edition, *, seconds: float = _SECONDS
    ) -> Examination:
        """Return the requests to send, according to the environment."""
        base = environ.get(_BASE_URL, "").strip()
        root, host = _root(base) if base else (f"https://{HOST}", HOST)
        key = environ.get(KEY, "").strip()
        clear = root.startswith("http://") and host not in LOOPBACK
        why_not = (
            (not host and f"{_BASE_URL} is not the URL of a server")
            or (clear and f"{_BASE_URL} begins with http://, which would send the key unencrypted")
            or (not key and f"{KEY} is not set")
            or (not _is_sendable(key) and f"{KEY} has characters that are not allowed in a header")
            or ""
        )
        page = STATUS_PAGE if host == HOST else ""
        model = model_of(of_environment(environ))
        return cls(root, key, model, edition, page, why_not, host in LOOPBACK, seconds)

    def announcement(self) -> Iterator[str]:
        """Yield lines that announce the requests."""
        if self.is_mock:
            yield f"{_BASE_URL} is on this machine, so a mock may answer instead of the real API"
        if self.why_not:
            yield f"nothing is sent: {self.why_not}"
            return
        page = f", then GET {self.status_page} without the key" if self.status_page else ""
        yield (
            f"sending at most {2 + bool(page)} requests: GET {self.root}{_MODELS} and "
            f"POST {self.root}{_CHAT} with the key in {KEY}{page}; "
            f"together they cost at most {_TOKENS} tokens"
        )

    def findings(self) -> list[Finding]:
        """Send the requests, and return the findings."""
        if not self.key:
            return [Finding.at(KEY, 0, explained("key-unset"))]
        if self.why_not:
            return []
        return asyncio.run(self._examine())

    async def _examine(self) -> list[Finding]:
        limit = aiohttp.ClientTimeout(total=self.seconds)
        async with aiohttp.ClientSession(timeout=limit, trust_env=True) as session:
            models = await self._send(session, "GET", _MODELS)
            chat = Answer()
            served = _ids(models)
            if served:
                asked = self.model if self.model in served else served[0]
                body = {
                    "model": asked,
                    "max_completion_tokens": 1,
                    "messages": [{"role": "user", "content": "Hi"}],
                }
                chat = await self._send(session, "POST", _CHAT, body)
            page = await self._status(session)
        return list(self._meant(models, chat, page))

    async def _send(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        headers = {"authorization": f"Bearer {self.key}"}
        return await _sent(session, method, self.root + path, json=body, headers=headers)

    async def _status(self, session: aiohttp.ClientSession) -> Mapping[str, Any]:
        if not self.status_page:
            return {}
        found = (await _sent(session, "GET", self.status_page)).document.get("status")
        return found if isinstance(found, dict) else {}

    def _meant(self, models: Answer, chat: Answer, page: Mapping[str, Any]) -> Iterator[Finding]:
        says = shortened(str(page.get("description", "")))
        status = f"the status page says: {says}" if says else _SEE
        served = _ids(models)
        yield from self._meaning(models, f"GET {_MODELS}", status)
        if self.model and served and self.model not in served:
            yield self._gone(served)
        if served:
            yield from self._meaning(chat, f"POST {_CHAT}", status)
        if page.get("indicator", "none") != "none":
            yield Finding.at(STATUS_PAGE, 0, explained("incident", says=says))

    def _meaning(self, answer: Answer, asked: str, status: str) -> Iterator[Finding]:
        facts = {"host": _shown(self.root), "request": asked, "status": status}
        facts["answer"] = self._told(answer)
        if answer.late:
            found = explained("not-in-time", seconds=f"{self.seconds:g}", **facts)
        elif not answer.status:
            found = explained("unreachable", why=answer.why, **facts)
        elif answer.status == 401:  # noqa: PLR2004 (a status needs no name)
            yield Finding.at(KEY, 0, self._refusal_of_key() or explained("key-refused", **facts))
            return
        elif answer.status == 429:  # noqa: PLR2004
            found = explained("at-its-limit", **facts)
        elif answer.status >= 300:  # noqa: PLR2004
            found = explained("api-error", **facts)
        else:
            return
        yield Finding.at(_shown(self.root), 0, found)

    def _refusal_of_key(self) -> Explanation | None:
        sent = shown_key(self.key)
        setup = Setup(self.edition, "cerebras", authorization=sent, key_place=KEY)
        return next(mistakes_in(setup), None)

    def _gone(self, served: list[str]) -> Finding:
        found = next(mistakes_in(Setup(self.edition, "cerebras", model=self.model)), None)
        some = ", ".join(served[:_MOST_LISTED])
        own = explained("model-refused", model=shortened(self.model), models=some)
        return Finding.at("CEREBRAS_MODEL", 0, found or own)

    def _told(self, answer: Answer) -> str:
        """Return the status of an answer and its message, with any API key removed."""
        error = answer.document.get("error", answer.document)
        said = error.get("message", "") if isinstance(error, dict) else ""
        shown = redacted(" ".join(str(said).split()).replace(self.key, "..."))
        return f"{answer.status} {shortened(shown)}".strip()


def _root(base: str) -> tuple[str, str]:
    """Return a base URL up to its version, and its host; both are empty for an invalid URL."""
    try:
        url = urlsplit(base)
        host = url.hostname or ""
        port = f":{url.port}" if url.port else ""
    except ValueError:
        return "", ""
    if url.scheme not in ("http", "https") or not host:
        return "", ""
    shown = f"[{host}]" if ":" in host else host
    prefix = url.path.partition("/v1")[0].rstrip("/")
    return f"{url.scheme}://{shown}{port}{prefix}", host


def _is_sendable(key: str) -> bool:
    return key.isascii() and key.isprintable()


def _shown(root: str) -> str:
    return redacted(root)


def _ids(models: Answer) -> list[str]:
    """Return the models of the account; none if the request was refused."""
    data = models.document.get("data") if models.status == 200 else None  # noqa: PLR2004
    rows = data if isinstance(data, list) else []
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]


async def _sent(session: aiohttp.ClientSession, method: str, url: str, **more: Any) -> Answer:
    """Send a request and return its answer; ``why`` never quotes an error of the HTTP library."""
    try:
        async with session.request(method, url, allow_redirects=False, **more) as response:
            data = await response.content.read(_MOST_BYTES)
            return Answer(response.status, json_object(data.decode("utf-8", "replace")))
    except TimeoutError:
        return Answer(late=True)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = next((why for kind, why in _FAILURES.items() if isinstance(error, kind)), None)
        return Answer(why=why or f"a connection error ({type(error).__name__})")
