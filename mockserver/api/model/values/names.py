"""Proper names in a text, and the kind of value that a property's name suggests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+|\d+")
_ENDS = ".!?:\n"
_NO_NAMES = """
I I'm I'd I'll API JSON HTTP URL OK A An The
"""
# capitalized words that begin sentences and are not names
_BEGINNINGS = """
A Add After All An And Any Are As Ask At Be Before Book But By Calculate Call Can Check Compute
Convert Could Create Did Do Does Extract Fetch Find First For From Generate Get Give Good Has Have
Hello Hey Hi How If In Invoke Is It Its Let List Look Make Multiply My No Not Now Of On One Open
Or Order Our Perform Please Plot Print Provide Read Remember Reply Respond Return Run Say Search
Send Set She Should Show So Subtract Sum Tell Thank Thanks That The Then There These They This To
Translate Try Turn Two Use User Using Wait Was We Weather Were What What's When Where Which Who Whom
Why Will With Would Write Yes You Your
"""
_NONE = frozenset(_NO_NAMES.split())
_FIRST = frozenset(_BEGINNINGS.split())
_WORDS_ABOUT: Mapping[str, str] = {
    "email": "email mail emails recipient cc bcc",
    "uri": "url uri link website href webpage",
    "uuid": "uuid guid",
    "date": "date day birthday deadline birthdate",
    "time": "time hour clock",
    "answer": "answer response reply conclusion",
    "text": """query question prompt text input message content task request search q sentence body
        topic expression subject phrase instruction note description summary keyword""",
    "name": """city location place country name person title company author destination origin
        region state town customer user address street artist film movie book capital""",
    "number": "id number code zip phone order account postcode",
}
_ABOUT = {word: kind for kind, words in _WORDS_ABOUT.items() for word in words.split()}
_FORMATS = frozenset({"email", "uri", "uuid", "date", "time", "date-time"})


def proper(text: str) -> Iterator[str]:
    """
    Yield the names in a text: capitalized words, and words of scripts without capitals.

    >>> list(proper("Is it colder in New York than in Köln? Ada Lovelace lives in 東京."))
    ['New York', 'Köln', 'Ada Lovelace', '東京']
    """
    run: list[re.Match[str]] = []
    for word in [*_WORD.finditer(text), None]:
        joined = run and word is not None and text[run[-1].end() : word.start()] == " "
        if word is not None and _is_name(word[0]) and (joined or not run):
            run.append(word)
            continue
        yield from _name(text, run)
        run = [word] if word is not None and _is_name(word[0]) else []


def parts(name: str) -> list[str]:
    """
    Return the words of a property's name.

    >>> parts("customerName"), parts("to_city")
    (['customer', 'name'], ['to', 'city'])
    """
    return [part.lower() for part in _PART.findall(name)][:8]


def kind_of(name: str, description: str, formats: Sequence[str]) -> str:
    """Return the kind of text that a property suggests."""
    if formats:
        return formats[0] if formats[0] in _FORMATS else "uuid"
    words = [*reversed(parts(name)), *(word.lower() for word in _WORD.findall(description))]
    return next((kind for word in words if (kind := _ABOUT.get(word.removesuffix("'s")))), "any")


def _is_name(word: str) -> bool:
    first = word[0]
    return (first.isupper() or first.lower() == first.upper()) and word not in _NONE


def _name(text: str, run: list[re.Match[str]]) -> Iterator[str]:
    """Yield consecutive words as one name, without a word that merely begins a sentence."""
    before = text[: run[0].start()].rstrip(" ") if run else ""
    if run and (not before or before[-1] in _ENDS) and run[0][0] in _FIRST:
        run = run[1:]
    elif len(run) == 1 and not before and run[0][0].isascii():
        return  # the first word of a text is always capitalized
    if run:
        yield text[run[0].start() : run[-1].end()].removesuffix("'s").removesuffix("\u2019s")
