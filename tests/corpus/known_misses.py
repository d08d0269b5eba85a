"""What is misjudged today, and why: an entry goes when the rule is mended."""

from __future__ import annotations

from .cells import Cell

_REFUSED = "a cut call that is refused counts as used, whatever its answer says"
_MASKED = "arguments that were cut are looked for behind finish_reason length only"
_GUESSED = "arguments that are no JSON are looked for behind finish_reason length only"

# by the beginning of a cell's name
ALWAYS = {
    "broken_calls/defaults_instead-guilty": _GUESSED,
    "broken_calls/empty_instead-guilty": _GUESSED,
    "cut_calls/behind_a_router-guilty": _MASKED,
    "cut_calls/behind_a_router_streamed-guilty": _MASKED,
    "cut_calls/marked_invalid-fixed": "arguments that are marked as invalid count as used",
    "cut_calls/not_executed-fixed": _REFUSED,
    "cut_calls/partial_or_empty-fixed": _REFUSED,
    "cut_calls/refused_in_chinese-fixed": _REFUSED,
    "cut_calls/refused_in_german-fixed": _REFUSED,
    "cut_calls/stream_merged-fixed": _REFUSED,
    "cut_calls/told_in_text-guilty": "only who keeps side effects could see the run",
    "giving_up/error_as_first_event-guilty": "an error as the first event is no refusal",
    "giving_up/two_seconds-guilty": "two seconds and an answer's own time are over two",
    "limits/obeys_each_refusal-fixed": "who meets a limit, and obeys, is accused",
    "no_pause/full_jitter-fixed": "two short draws of full jitter count as no pause",
    "no_pause/slow_before_each-guilty": "the time that a client computes counts as a pause",
    "retry_after/date_of_a_slow_answer-fixed": "a date is counted from the end of its answer",
    "retry_after/fits_a_minute_later-fixed": "more than a limit counts as what never fits",
}
# by chance, and so not strictly
SOMETIMES = {
    "waste/impatient_stream-guilty-server": "a retry at the instant at which the client leaves "
    "may be seen before it leaves: it is told of a Retry-After of 0 instead",
}


def always(cell: Cell) -> str | None:
    """Return why a cell is always misjudged; None when it is not."""
    return _found(cell, ALWAYS)


def sometimes(cell: Cell) -> str | None:
    """Return why a cell is misjudged now and then; None when it is not."""
    return _found(cell, SOMETIMES)


def _found(cell: Cell, known: dict[str, str]) -> str | None:
    return next(
        (why for name, why in known.items() if f"{cell.name}-".startswith(f"{name}-")), None
    )
