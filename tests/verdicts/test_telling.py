"""What tells that an answer is not whole: fields, and what follows a text."""

from __future__ import annotations

import pytest

from mockserver.verdicts.telling import is_named_so, own_words, place_of, says_so, tells

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
        ("exit_code", 3),
        ("returncode", 1),
        ("problems", "[...]"),
        ("state", "PARTIAL"),
    ],
)
def test_tells(name, value):
    """Fields that say so."""
    assert tells(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("complete", True),
        ("truncated", False),
        ("finish_reason", "stop"),
        ("error", None),
        ("error", ""),
        ("status_code", 200),
        ("exit_code", 0),
        ("problems", ""),
        ("question", "Was the error found in a partial file?"),
        ("model", "error-detector"),
        ("count", 500),
        ("cut", 3),
    ],
)
def test_tells_nothing(name, value):
    """Fields that say that all is well, or something else."""
    assert not tells(name, value)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("partial", True),
        ("half_raw", True),
        ("FailedAnswer", True),
        ("Err", True),
        ("text_so_far", True),
        ("the file rejected.txt", True),
        ("answer", False),
        ("department", False),
        ("`article`", False),
        ("draw", False),
    ],
)
def test_named(name, named):
    """Whoever names it so does not take it for an answer."""
    assert is_named_so(name) is named


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The connection was lost.", True),
        ("Sorry, I can't.", True),
        ("not finished", True),
        ("\u26a0 halb", True),
        ("TIMEOUT", True),
        ("All is well in the lengthy valley.", False),
        ("", False),
    ],
)
def test_says_so(text, says):
    """Words of trouble."""
    assert says_so(text) is says


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


STONE = "They cut  the stone, and an error was made in it"


@pytest.mark.parametrize(
    "texts",
    [
        [STONE],
        [STONE.replace("  ", " ")],
        [STONE.upper()],
        STONE.split(),
        STONE.split(" "),
        ["token", "They", "token", " cut", "", "token", *STONE.split()[2:]],
        [STONE, *STONE.split()],
        [STONE.replace(" ", "\n")],
        ["They cut the stone, and an error"],
        ["the stone, and an error was made"],
    ],
)
def test_no_own_words(texts):
    """What was served is not the app's own, whole, in parts, or set otherwise."""
    assert not any(says_so(own) for own in own_words(texts, [STONE, "another"]))


@pytest.mark.parametrize(
    "texts",
    [
        ["cut"],
        [STONE, "cut"],
        [*STONE.split(), "cut"],
        ["cut", *STONE.split()],
        [f"{STONE} [cut]"],
        [f"an error was made: {STONE}"],
        ["They cut", "error"],
        STONE.split()[:5],
    ],
)
def test_own_words(texts):
    """A short word may be the app's own, unless all the others are there too."""
    assert any(says_so(own) for own in own_words(texts, [STONE, "another"]))
