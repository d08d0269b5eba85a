"""Breaks the connection: before the answer, behind it, or by what no HTTP server would send."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from mockserver.core.units import Count
from mockserver.plan import Close, End, Head, Plan, Raw, Step, Wait

from .base import Context
from .body import parted
from .header_fields import changed

_NO_CHUNK_SIZE = b"XYZ\r\n"


@dataclass(frozen=True, slots=True)
class Disconnect:
    """
    Close the connection without an answer, ``by`` FIN or by RST.

    A proxy does so that restarts, or a server that has just given up an idle connection. The SDKs
    ask three times and raise their APIConnectionError, the AI SDK a RetryError; its ``textStream``
    is empty and raises nothing. httpx says ReadError for RST and RemoteProtocolError for FIN.
    """

    by: Literal["fin", "rst"] = "fin"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Close in the place of the head."""
        return (*_before_head(plan), Close(reset=self.by == "rst"))


@dataclass(frozen=True, slots=True)
class Garbage:
    """
    Answer with a ``text`` that is not HTTP, and close.

    It is what comes from a port that belongs to something else. Clients treat it as a lost
    connection: the SDKs ask three times, the ``textStream`` of the AI SDK stays empty.
    """

    text: str = "SSH-2.0-OpenSSH_9.9\r\n"

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Send it in the place of the head."""
        return (*_before_head(plan), Raw(self.text.encode()), Close())


@dataclass(frozen=True, slots=True)
class BadChunk:
    """
    Send garbage where the size of a chunk belongs, after so many tokens, and close.

    ``after_tokens`` 0 is right after the head. An answer of no more tokens arrives whole.

    A document is asked for three times. In a stream Cerebras' SDK for Python raises an
    httpx.RemoteProtocolError, which ``except cerebras.APIError`` misses; those for Node pass on the
    error of the parser.
    """

    after_tokens: Count = 0

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put it in the place of all that follows."""
        found = parted(plan, self.after_tokens)
        if found is None:
            return plan
        return (*map(_chunked, found[0]), Raw(_NO_CHUNK_SIZE), Close())


@dataclass(frozen=True, slots=True)
class HangUp:
    """
    Close the connection after a complete answer that has not announced it.

    A client that keeps connections alive finds out by its next request: one that is quicker than
    the FIN is lost. The SDKs ask again, httpx and requests raise.
    """

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Let the end close."""
        return tuple(End(hang_up=True) if isinstance(step, End) else step for step in plan)


def _before_head(plan: Plan) -> Plan:
    return tuple(takewhile(lambda step: isinstance(step, Wait), plan))


def _chunked(step: Step) -> Step:
    if not isinstance(step, Head):
        return step
    return replace(step, headers=changed(step.headers, {}, without=("content-length",)))
