"""Quantities as people write them: durations and sizes with units, days, probabilities, flags."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, Strict, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(rf"(\d+(?:\.\d+)?)({'|'.join(_UNITS)})")
_SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20}
_SIZE = re.compile(rf"(\d+)({'|'.join(_SIZES)})")
_WORDS = {
    word: unit
    for unit, words in {
        "ms": "ms msec msecs millis millisecond milliseconds",
        "s": "s sec secs second seconds",
        "m": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
    }.items()
    for word in words.split()
}
_PART = rf"(\d+(?:\.\d+)?)\s*({'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_LONGEST_WORDS = 40
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXACT = 10.0  # seconds; fractions of longer durations are noise
LONGEST = 36_500 * _UNITS["d"]
"""The longest duration, in seconds; timers and dates can express it on all platforms."""


def seconds(text: object) -> float:
    """
    Read a duration such as ``250ms``, ``2s``, ``1.5m``, ``1h`` or ``1d`` as seconds.

    >>> seconds("250ms")
    0.25

    Raises ValueError for anything else, even a bare number, whose unit would be a guess.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        said = "should be a duration with its unit, such as 250ms, 2s, 1m or 1h"
        raise ValueError(said + _meant_duration(text))
    duration = float(match[1]) * _UNITS[match[2]]
    if duration > LONGEST:
        raise ValueError("should be at most 36500d")
    return duration


def _meant_duration(found: object) -> str:
    """Suggest the spelling of a duration written in another notation or without a unit."""
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= LONGEST:
        return f"; write {found}s or {found}ms"
    text = found.lower().strip() if isinstance(found, str) and len(found) < _LONGEST_WORDS else ""
    if re.fullmatch(rf"(?:{_PART}\s*)+", text) is None:
        return ""
    parts = [(float(number), _WORDS[word]) for number, word in re.findall(_PART, text)]
    if len(parts) == 1:
        return f"; write {decimal(parts[0][0])}{parts[0][1]}"
    return f"; write {decimal(sum(number * _UNITS[unit] for number, unit in parts))}s"


def signed_seconds(text: object) -> float:
    """
    Read a duration that may be negative.

    >>> signed_seconds("-30s")
    -30.0

    Raises ValueError as ``seconds`` does.
    """
    if isinstance(text, str) and text.startswith("-"):
        return -seconds(text[1:])
    return seconds(text)


def size(text: str) -> int:
    """
    Read a size such as ``512B``, ``16KiB`` or ``1MiB`` as bytes.

    >>> size("16KiB")
    16384

    Raises ValueError for anything else.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError("should be a size with its unit, such as 512B, 16KiB or 1MiB")
    return int(match[1]) * _SIZES[match[2]]


def day(text: object) -> dt.date:
    """
    Read a day such as ``2026-11-30``.

    >>> day("2026-11-30")
    datetime.date(2026, 11, 30)

    Raises ValueError for anything else.
    """
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"should be a day of the calendar ({error})") from error
    raise ValueError("should be a day, such as 2026-11-30")


def decimal(number: float) -> str:
    """
    Format a number as HTTP does, without exponent and trailing zeros.

    >>> decimal(2.0), decimal(0.25), decimal(1036800.0)
    ('2', '0.25', '1036800')
    """
    return f"{number:.6f}".rstrip("0").rstrip(".")


def rough(seconds: float) -> str:
    """
    Format seconds with as much precision as a reader needs.

    >>> rough(2.0), rough(0.25), rough(29.278183), rough(86399.2)
    ('2', '0.25', '29', '86399')
    """
    return decimal(round(seconds, 3 if seconds < _EXACT else 0))


def duration(seconds: float) -> str:
    """
    Format seconds for a sentence; durations of an hour or more are in hours.

    >>> duration(0.25), duration(29.278183), duration(3600), duration(33011.4)
    ('0.25 s', '29 s', '1 h', '9.2 h')
    """
    if seconds < _UNITS["h"]:
        return f"{rough(seconds)} s"
    return f"{decimal(round(seconds / _UNITS['h'], 1))} h"


def dollars(amount: float, digits: int = 3) -> str:
    """
    Format an amount of dollars with at least two decimals, and with ``digits`` significant digits.

    >>> dollars(0.05), dollars(0.00012345), dollars(12.345), dollars(0)
    ('$0.05', '$0.000123', '$12.35', '$0.00')
    """
    size = f"{amount:.0e}".partition("e")[2]  # the power of ten, as a text
    whole, _, part = f"{amount:.{max(2, digits - 1 - int(size))}f}".partition(".")
    return f"${whole}.{part.rstrip('0'):0<2}"


def counted(count: int, thing: str) -> str:
    """
    Return a count with its noun, in the plural if needed.

    >>> counted(1, "verdict"), counted(0, "verdict")
    ('1 verdict', '0 verdicts')
    """
    return f"{count} {thing}{'' if count == 1 else 's'}"


Seconds: TypeAlias = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"}),
]
"""Seconds in Python, a duration with its unit in YAML."""

AUTO: Final = "auto"
"""The mock chooses the value."""


def _seconds_or_auto(text: object) -> float | str:
    return AUTO if text == AUTO else seconds(text)


SecondsOrAuto: TypeAlias = Annotated[
    float | Literal["auto"],
    BeforeValidator(_seconds_or_auto),
    WithJsonSchema(
        {"anyOf": [{"const": AUTO}, {"type": "string", "pattern": f"^{_DURATION.pattern}$"}]}
    ),
]
"""Seconds, or ``auto`` for the value that the API would send."""

SignedSeconds: TypeAlias = Annotated[
    float,
    BeforeValidator(signed_seconds),
    WithJsonSchema({"type": "string", "pattern": f"^-?{_DURATION.pattern}$"}),
]
"""Seconds from now; a negative number is in the past."""


def _no_disguise(value: object) -> object:
    """Refuse values that pydantic would convert to a number: true, and digits in quotes."""
    if isinstance(value, (bool, str)):
        raise ValueError("should be a whole number")  # noqa: TRY004 (pydantic collects only ValueErrors)
    return value


WHOLE = BeforeValidator(_no_disguise)

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_FRACTION = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")


def _probability(found: object) -> object:
    """Refuse anything but a number from 0 to 1; suggest a number for a percentage or fraction."""
    whole = _part_of_one(found)
    if isinstance(found, bool | str) or (whole is not None and whole != found):
        meant = "" if whole is None or not 0 <= whole <= 1 else f"; write {whole:.6g}"
        raise ValueError(f"should be a number from 0 to 1{meant}")
    return found


def _part_of_one(found: object) -> float | None:
    """Return the probability meant by a percentage, a fraction or a number."""
    if isinstance(found, str):
        if percent := _PERCENT.fullmatch(found.strip()):
            return float(percent[1]) / 100
        if (fraction := _FRACTION.fullmatch(found.strip())) and int(fraction[2]):
            return int(fraction[1]) / int(fraction[2])
        return None
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found / 100 if 1 < found <= 100 else float(found)  # noqa: PLR2004 (per cent)
    return None


Probability: TypeAlias = Annotated[float, Field(ge=0, le=1), BeforeValidator(_probability)]
Whole: TypeAlias = Annotated[int, WHOLE]
Positive: TypeAlias = Annotated[int, Field(ge=1), WHOLE]
Count: TypeAlias = Annotated[int, Field(ge=0), WHOLE]

Day: TypeAlias = Annotated[
    dt.date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})
]
"""A date in Python, ``2026-11-30`` in YAML."""

Flag: TypeAlias = Annotated[bool, Strict()]
"""Only true or false; pydantic alone would also accept words such as yes."""
