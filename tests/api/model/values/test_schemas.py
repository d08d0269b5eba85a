import pytest

from mockserver.api.model.values import schemas


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("#", "root"),
        ("#/$defs/a~1b", "x"),
        ("#name", "y"),
        ("#/list/1", "z"),
        ("#/list/9", True),
        ("http://a", True),
    ],
)
def test_definition(reference, found):
    """A reference leads to a place or an anchor within the schema, or nobody knows where."""
    root = {
        "title": "root",
        "$defs": {"a/b": {"title": "x"}, "c": {"$anchor": "name", "title": "y"}},
        "list": [{}, {"title": "z"}],
    }
    led = schemas.definition(root, reference)
    assert (led if led is True else led["title"]) == found


def test_same():
    """JSON Schema takes 1 and 1.0 for the same, and never 1 and true."""
    assert schemas.same([1, {"a": 1.0}]) == schemas.same([1.0, {"a": 1}])
    assert schemas.same([1]) != schemas.same([True])


@pytest.mark.parametrize(
    ("value", "step", "is_one"), [(0.3, 0.1, False), (0.5, 0.25, True), (7, 2, False)]
)
def test_is_multiple(value, step, is_one):
    """A multiple is one by decimals and by floats, since validators differ."""
    assert schemas.is_multiple(value, step) is is_one
