"""
Finds the hosts that curl and wget are about to contact, by reading their command lines.

No hook can run inside these programs, so their arguments are read before they start. Shell commands
are understood only if they consist of words, quotes, variables, and files that list URLs.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # not from typing, because that import is slow
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

if TYPE_CHECKING or __package__:
    from .cerebras_hosts import is_real, is_this_machine, name_of
else:
    from cerebras_hosts import is_real, is_this_machine, name_of

_FETCHERS = ("curl", "wget")
_SCHEMES = ("http://", "https://")
_LISTS = ("-K", "--config", "-i", "--input-file")  # options that name a file with URLs
_LONGEST_LIST = 65_536  # characters


def fetched(_: object, arguments: Any, *rest: Any) -> Iterator[object]:
    """
    Yield the hosts in the arguments of a program.

    Only the arguments of curl, wget, or a shell that runs these are read. ``rest`` may have the
    program's working directory and environment.
    """
    given = arguments.split() if isinstance(arguments, str) else arguments  # a str on Windows
    words = [os.fsdecode(each) for each in given or ()]
    if words[1:2] in (["-c"], ["-lc"]):
        words = _expanded(_shell_words(" ".join(words[2:])), rest)
    if any(os.path.basename(word) in _FETCHERS for word in words):
        folder = next((each for each in rest if isinstance(each, (str, bytes, os.PathLike))), "")
        words += _listed(words, os.fsdecode(folder))
        yield from filter(None, map(_url_host, words))
        if any(map(_leads_out, words)):
            yield from filter(None, map(_host_field, words))


def _shell_words(command: str) -> list[str]:
    from shlex import split

    try:
        words = split(command)
    except ValueError:  # a quote is unclosed
        words = [word.strip("\"'") for word in command.split()]
    return [word.strip(";&|()") for word in words]


def _expanded(words: list[str], rest: tuple[Any, ...]) -> list[str]:
    """Return the words of a shell command with plain variables replaced by their values."""
    from re import sub

    given = next((each for each in rest if hasattr(each, "items")), None)
    known = {os.fsdecode(k): os.fsdecode(v) for k, v in (given or os.environ).items()}
    found = []
    for word in words:
        plain = sub(r"\$(?:(\w+)|\{(\w+)\})", lambda one: known.get(one[1] or one[2], one[0]), word)
        name, equals, value = plain.partition("=")
        if equals and name.isidentifier():
            known[name] = value
        found.append(plain)
    return found


def _listed(words: list[str], folder: str) -> Iterator[str]:
    """Yield each line, and the value in each line, of the files from which a fetcher reads URLs."""
    for word, behind in zip(words, [*words[1:], ""]):  # noqa: B905 (a child's Python may be older)
        flag, _, name = word.partition("=")
        if flag in _LISTS or word.startswith("-K"):
            own = word[2:] if word.startswith("-K") else name
            path = os.path.join(folder, own or behind)
            if not os.path.isfile(path):
                continue
            with open(path, encoding="utf-8", errors="replace") as file:
                for line in file.read(_LONGEST_LIST).splitlines():
                    yield line.strip()
                    yield line.partition("=" if "=" in line else " ")[2].strip(" \t\"'")


def _leads_out(word: str) -> bool:
    """Return whether a word is a URL, or an IP address of another machine."""
    from ipaddress import ip_address

    host = _host(word) or ""
    if not word.startswith(_SCHEMES):
        try:
            ip_address(host)
        except ValueError:
            return False
    return not is_this_machine(name_of(host))


def _host_field(word: str) -> str | None:
    """Return the host in a ``Host`` header field, if it is a host of the real API."""
    name, _, value = word.partition(":")
    value = value.strip()
    return value if name.lower() in ("host", "-hhost") and is_real(value) else None


def _url_host(word: str) -> str | None:
    """Return the host of a URL; without a scheme, only if it is a host of the real API."""
    host = _host(word)
    return host if word.startswith(_SCHEMES) or is_real(host) else None


def _host(word: str) -> str | None:
    from urllib.parse import urlsplit

    try:
        return urlsplit(word if word.startswith(_SCHEMES) else f"//{word}").hostname
    except ValueError:
        return None
