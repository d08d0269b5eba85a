"""What tells that an answer is not whole: fields, and what follows a text."""

from __future__ import annotations

import pytest

from mockserver.verdicts.telling import may_tell, place_of, tells

TEXT = "Once upon a time"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("complete", False),
        ("is_complete", False),
        ("_done", False),
        ("truncated", True),
        ("was_cut", True),
        ("finish_reason", "length"),
        ("finish_reason", "LENGTH"),
        ("finish_reason", None),
        ("stop_reason", "max_tokens"),
        ("status", "incomplete"),
        ("", "timed_out"),
        ("error", "connection lost"),
        ("warnings", "cut"),
        ("status_code", 502),
        ("status_code", 206),
    ],
)
def test_tells(name, value):
    """Fields that say so."""
    assert tells(name, value)
    assert not may_tell(name, value) or name in ("error", "warnings", "status", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("complete", True),
        ("truncated", False),
        ("finish_reason", "stop"),
        ("error", None),
        ("error", ""),
        ("status_code", 200),
        ("text", "The error was found in a partial file."),
        ("model", "error-detector"),
        ("count", 500),
        ("cut", 3),
    ],
)
def test_tells_nothing(name, value):
    """Fields that say that all is well, or something else."""
    assert not tells(name, value)


@pytest.mark.parametrize(
    ("name", "value", "may"),
    [
        ("fertig", False, True),
        ("zustand", "halb", True),
        ("role", "assistant", False),
        ("", "assistant", False),
        ("count", 3, False),
        ("note", "two words", False),
        ("note", "", False),
        ("nothing", None, False),
    ],
)
def test_may_tell(name, value, may):
    """Flags and words of which nobody knows what they say."""
    assert may_tell(name, value) is may


@pytest.mark.parametrize(
    ("whole", "place"),
    [
        (TEXT, "end"),
        (f"  {TEXT}\n\n", "end"),
        (f"Bot: {TEXT}", "end"),
        (f"'{TEXT}'", "end"),
        (f"{{'a': '{TEXT}'}}", "end"),
        (f"<p>{TEXT}</p>\n", "end"),
        (f"**{TEXT}**", "end"),
        (f"{TEXT}\\n", "end"),
        (TEXT.replace(" ", "\n"), "end"),
        (f"{TEXT}…", "line"),
        (f"{TEXT}...", "line"),
        (f"{TEXT} [cut]", "line"),
        (f"{TEXT} there was", "line"),
        (f"{TEXT}\n[cut]", "more"),
        (f"{TEXT}</p>\n<p>cut</p>", "more"),
        (f"{TEXT.replace(' ', '  ')} [cut]", "more"),
        (f"{TEXT} [cut]\n{TEXT}", "end"),
        ("Once upon", "absent"),
        ("", "absent"),
    ],
)
def test_place(whole, place):
    """What follows the text."""
    assert place_of(TEXT, whole) == place
    assert place_of("", whole) == "absent"
