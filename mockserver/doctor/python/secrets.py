"""Finds API keys and addresses that are written into code, and API keys that code prints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mockserver.doctor.rules import explained

from .matter import Matter, Noticed
from .source import Source
from .values import known, literal

_KEY = re.compile(r"(?<![A-Za-z0-9])csk-([A-Za-z0-9]{32,})(?![A-Za-z0-9_-])")
_FEWEST_CHARACTERS = 14
"""Random keys of 48 characters have at least this many distinct ones; invented keys rarely do."""
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "9876543210")
_LOGS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log"})
_VARIABLES = frozenset({"CEREBRAS_API_KEY"})


def looks_real(text: str) -> bool:
    """
    Return whether a text contains a key that looks real rather than like an example.

    >>> looks_real("csk-" + "0123456789abcdef" * 2), looks_real("csk-your-key")
    (False, False)
    """
    return any(_random(found[1].lower()) for found in _KEY.finditer(text))


def keys_in_code(matter: Matter) -> Iterator[Noticed]:
    """Notice API keys written into the code."""
    for node in matter.source.nodes if "csk-" in matter.source.text else ():
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(node, ast.Constant) and isinstance(text, str) and looks_real(text):
            yield node, explained("key-in-code")


def keys_shown(matter: Matter) -> Iterator[Noticed]:
    """Notice API keys that are printed or logged in full."""
    for call in matter.source.calls:
        shown = (one for argument in call.args for one in _shown(argument))
        if _writes(matter.source, call) and any(_is_key(matter, one) for one in shown):
            yield call, explained("key-printed")


def hosts_in_code(matter: Matter) -> Iterator[Noticed]:
    """
    Notice addresses that only repeat the SDK's default, and so override CEREBRAS_BASE_URL.

    OpenAI's clients are not reported, since they need the address.
    """
    for made in matter.clients:
        given = made.argument(made.library.base_url)
        needless = made.library.appends == "cerebras" and made.asks_cerebras
        if given is not None and needless and literal(matter.source, given):
            yield given, explained("host-in-code")


def _random(tail: str) -> bool:
    runs = any(run[at : at + 5] in tail for run in _RUNS for at in range(len(run) - 4))
    kinds = len(set(tail)) >= _FEWEST_CHARACTERS and any(one.isdigit() for one in tail)
    return kinds and not runs and tail[: len(tail) // 2] != tail[len(tail) // 2 :]


def _writes(source: Source, call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id="print"):
            return True
        case ast.Attribute(value=ast.Name(id=owner), attr=method) if method in _LOGS:
            return "log" in owner.lower() or source.full_name(call.func).startswith("logging.")
        case _:
            return False


def _shown(argument: ast.expr) -> Iterator[ast.expr]:
    """Yield an argument and, if it is an f-string, the expressions that it shows in full."""
    yield argument
    if isinstance(argument, ast.JoinedStr):
        parts = (one for one in argument.values if isinstance(one, ast.FormattedValue))
        yield from (one.value for one in parts if one.format_spec is None)


def _is_key(matter: Matter, node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return False
    if isinstance(node, ast.Attribute) and node.attr == "api_key":
        made = matter.source.value_of(node.value)
        return isinstance(made, ast.Call) and any(one.call is made for one in matter.clients)
    found = known(matter.source, node)
    if found is None:
        return False
    return found.variable in _VARIABLES and not found.sure
