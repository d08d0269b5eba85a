import pytest

from mockserver.core.errors import (
    DocumentError,
    DroppedError,
    MockServerError,
    ShortenedError,
    UnknownNameError,
    listing,
    suggestion,
)


@pytest.mark.parametrize(
    ("found", "known", "tail"),
    [
        (
            "schedules",
            ["match", "schedule"],
            "; did you mean 'schedule'? Allowed are schedule, match",
        ),
        ("zzz", ["match", "schedule"], "; allowed are match, schedule"),
        ("", ["a"], "; allowed are a"),
        ("a", [], "; there are none"),
    ],
)
def test_suggestion(found, known, tail):
    """The nearest name is offered when there is one, and all names are listed in their order."""
    assert suggestion(found, known) == tail


def test_suggestion_reads_an_iterator_once():
    """The known names may come from an iterator."""
    assert suggestion("b", iter("ab")) == "; did you mean 'b'? Allowed are b, a"


def test_unknown_name():
    """The sentence names the kind, what was asked for, and the known names in order."""
    error = UnknownNameError("scenario", "helthy", iter(["stream-cut", "healthy"]))
    assert str(error) == (
        "no scenario is called 'helthy'; did you mean 'healthy'? Allowed are healthy, stream-cut"
    )


@pytest.mark.parametrize("error", [DocumentError, DroppedError, ShortenedError, UnknownNameError])
def test_tree(error):
    """Whoever catches the root catches all."""
    assert issubclass(error, MockServerError)


@pytest.mark.parametrize(("count", "tail"), [(24, "n23"), (25, "n24"), (26, "n23 and 2 more")])
def test_suggestion_of_many(count, tail):
    """Of very many names the first are listed, and how many there are besides."""
    names = [f"n{number}" for number in range(count)]
    assert suggestion("zzz", names).endswith(f", {tail}")


def test_the_nearest_are_never_left_out():
    """Of very many names the nearest come first, what holds the word too, the others in order."""
    names = [f"z{number}" for number in range(100)]
    said = suggestion("retry", [*names, "retries", "has_retry_after", "retro"])
    assert said.startswith(
        "; did you mean 'retro'? Allowed are retro, retries, has_retry_after, z0"
    )
    assert said.endswith(" and 79 more")


def test_listing_of_an_empty_name():
    """An empty name is like none."""
    assert listing("", ["b", "a"]) == "b, a"
