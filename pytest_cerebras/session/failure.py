"""The section of a failed test: the exchanges, an explanation, the verdicts, and the fix."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from socket import gaierror

import pytest

from mockserver.api.contract.edition import Edition
from mockserver.core.credentials import redacted
from mockserver.core.units import counted
from mockserver.journal import Exchange
from mockserver.journal.folding import folded, times
from mockserver.journal.side_effects import SideEffect
from mockserver.scenario import near_miss_lines
from mockserver.verdicts.classify import classify
from mockserver.verdicts.mistakes import mistake_forgiven
from mockserver.verdicts.mistakes.vendors import vendor_of, vendors_variable
from pytest_cerebras.chaos.replay import replay
from pytest_cerebras.settings.names import scenario_of

from .mock import CerebrasMock
from .verdict_hooks import failed_by_verdict

_MOST = 50
_MOST_HOSTS = 3
_STRANGE = frozenset({401, 403, 404})
_NO_REQUEST = (
    "no request reached the mock; check that the app reads CEREBRAS_BASE_URL during the test"
)

_UNSENT: Mapping[str, str] = {
    **dict.fromkeys(
        ("LocalProtocolError", "InvalidHeader"),
        "the client refused to write the request, probably because of a line break or a space at "
        "an end of the key: strip the key where it is read",
    ),
    **dict.fromkeys(
        ("UnsupportedProtocol", "MissingSchema", "InvalidSchema"),
        "the base URL of the client does not begin with http:// or https://: add the scheme",
    ),
}
"""Why a client sent no request, by the name of the exception in ``httpx`` or ``requests``."""
_UNWRITABLE = (
    "the client refused to write the request, because the key has a character that is not ASCII, "
    "such as a typographic quote: copy the key again, as plain text"
)
_OF_HEADERS = frozenset({"ascii", "latin-1"})


def failure_section(
    mock: CerebrasMock,
    item: pytest.Item,
    report: pytest.TestReport,
    error: BaseException | None = None,
) -> str:
    """
    Return the exchanges of a test as text; if there are many, only the last ones.

    Sentences that are already in the report are left out. ``error`` is the exception of the test.
    """
    mock.new_interventions()  # they are shown here
    shown = report.longreprtext
    journal = mock.engine.journal
    exchanges = journal.exchanges
    lines = [f"scenario {mock.scenario.name!r} at {mock.url}"]
    if report.when != "teardown":
        lines += [sentence for sentence in mock.interventions if sentence not in shown]
    other_protocols = list(journal.other_protocols)
    lines += other_protocols
    if report.when == "call" and not other_protocols and _lacks_requests(mock, error):
        lines.append(_why_unsent(error) or _where_they_went(mock.asked_hosts))
    lines += _time_line(exchanges, list(mock.side_effects), mock)
    lines += mock.strays
    if not failed_by_verdict(item):
        for _, verdict in mock.judged():
            lines += [] if verdict.sentence in mock.interventions else verdict.lines()
    if scenario_of(item) is not None:
        lines.append(f"replay: {replay(item, mock.engine.seed)}")
    return redacted("\n".join(lines))


def told_of_path(exchange: Exchange, edition: Edition) -> str:
    """Return a warning about a path that works only with the plugin's base URL; empty otherwise."""
    found = mistake_forgiven(exchange, edition)
    if found is None:
        return ""
    what = found.what.removesuffix(f": {exchange.sent_path}")  # one sentence for all paths
    return (
        f"{what}, which works only with the base URL that the plugin sets; the mock answered, but "
        f"the real API would answer 404: where you set the URL yourself, {found.fix}"
    )


def _lacks_requests(mock: CerebrasMock, error: BaseException | None) -> bool:
    """Return whether the test may have failed because no request reached the mock."""
    if mock.journal.count or mock.interventions or mock.was_unreachable:
        return False
    if mock.found_nothing or any(map(_is_of_the_network, _chain(error))):
        return True
    return any(map(vendor_of, mock.asked_hosts)) and any(map(_is_of_a_stranger, _chain(error)))


def _is_of_a_stranger(error: BaseException) -> bool:
    """Return whether a server refused a request because of an unknown key or path."""
    return getattr(error, "status_code", None) in _STRANGE


def _where_they_went(hosts: Sequence[str]) -> str:
    """Return a sentence on the lack of requests, with the hosts that got them instead, if known."""
    for host in hosts:
        if vendor := vendor_of(host):
            variable = vendors_variable(vendor)
            return (
                f"no request reached the mock, because the test sent requests to {host}, the API "
                f"of {vendor}; let the app read its base URL from {variable} during the test"
            )
    return _NO_REQUEST + (
        f"; it sent requests to {', '.join(hosts[:_MOST_HOSTS])}" if hosts else ""
    )


def _why_unsent(error: BaseException | None) -> str:
    """Return why the client did not send its request; empty if unknown."""
    why = next(filter(None, map(_why_refused, _chain(error))), "")
    return f"no request was sent: {why}" if why else ""


def _why_refused(error: BaseException) -> str:
    """Return why a client refused to write a request, judged by its error; empty if unknown."""
    if isinstance(error, UnicodeEncodeError):
        is_key = error.object.lower().startswith("bearer ") and error.encoding in _OF_HEADERS
        return _UNWRITABLE if is_key else ""
    return _UNSENT.get(type(error).__name__, "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    known: set[int] = set()
    while error is not None and id(error) not in known:
        known.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_of_the_network(error: BaseException) -> bool:
    of_network = isinstance(error, (gaierror, TimeoutError)) or "Connect" in type(error).__name__
    return of_network or bool(_why_refused(error))


def _time_line(
    exchanges: Sequence[Exchange], side_effects: Sequence[SideEffect], mock: CerebrasMock
) -> Iterator[str]:
    """Yield lines for groups of equal exchanges and for the app's side effects, in order."""
    breaks = sorted(one.at for one in side_effects)
    runs = folded(exchanges, lambda one: (one.summary, one.from_elsewhere, bisect(breaks, one.at)))[
        -_MOST:
    ]
    ran = side_effects[-_MOST:]
    earlier = mock.engine.journal.count - sum(map(len, runs))
    if earlier:
        yield f"... {earlier} earlier requests"
    if len(ran) < len(side_effects):
        yield f"... {counted(len(side_effects) - len(ran), 'earlier side effect')}"
    told_at = [(run[0].at, _told_of(run, mock)) for run in runs]
    told_at += [(one.at, iter([one.line()])) for one in ran]
    for _, lines in sorted(told_at, key=itemgetter(0)):
        yield from lines


def _told_of(run: Sequence[Exchange], mock: CerebrasMock) -> Iterator[str]:
    """Yield lines for an exchange that occurred once, or several times in a row."""
    exchange = run[0]
    yield (
        exchange.line() if len(run) == 1 else times([one.number for one in run], exchange.summary)
    )
    if exchange.from_elsewhere:
        yield f"    {exchange.from_elsewhere}: counts for nothing"
        return
    if sentence := told_of_path(exchange, mock.engine.edition):
        yield f"    {exchange.sent_path}: {sentence}"
    found = classify(exchange, mock.engine.edition)
    if found.what:
        yield f"    what: {found.what}"
        yield f"    fix:  {found.fix}"
    for line in near_miss_lines(exchange.near_misses, most=1):
        yield f"    {line}"
