from itertools import chain, repeat

import pytest
import yaml

from mockserver.core.errors import DocumentError
from mockserver.core.yaml_limits import DEEPEST, FIELD, FILE, YamlLimits, refuse_bombs

SMALL = YamlLimits(1_000, 20)


def refused(text, limits=SMALL):
    with pytest.raises(DocumentError) as caught:
        refuse_bombs(text, "it.yaml", limits, yaml.CSafeLoader)
    return str(caught.value)


def laughs(levels, times=9):
    """Return a small text that is a large tree: each level has the one before it many times."""
    lines = (
        f"a{level}: &a{level} [{', '.join(repeat(f'*a{level - 1}', times))}]"
        for level in range(1, levels)
    )
    return "\n".join(chain(["a0: &a0 x"], lines))


def parsed(text, limits):
    """Return how many events are read before the text is refused."""
    counted = 0

    class Counting(yaml.CSafeLoader):
        def get_event(self):
            nonlocal counted
            counted += 1
            return super().get_event()

    with pytest.raises(DocumentError):
        refuse_bombs(text, "it.yaml", limits, Counting)
    return counted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" " * 1_001, "it.yaml: is 1,001 characters long; the maximum is 1,000"),
        ("%TAG !a! b\n" * 11, "it.yaml: has more than 10 directives (%)"),
        (
            f"[{'x,' * 20}]",
            (
                "it.yaml: has more than 20 keys and values, including each repetition by an "
                "alias (*)"
            ),
        ),
        ("a: &a {b: *a}", "it.yaml: is nested too deeply, or contains itself"),
    ],
)
def test_refused(text, said):
    """What is beyond a bound is refused in one sentence, which names the bound."""
    assert refused(text) == said


@pytest.mark.parametrize(
    "text",
    [
        f"[{'x,' * 19}]",
        "[&a [1, 2], *a, *a, *a, *a, *a, 3]",
        "? &k key\n: *k",
        "&unused x",
        "'%': x\n",
        "",
    ],
)
def test_within(text):
    """What is just within the limits is read."""
    refuse_bombs(text, "it.yaml", SMALL, yaml.CSafeLoader)


def test_repeated_parts_count_each_time():
    """A part that is used again counts as if it were written out, a part of parts too."""
    assert refused("[&a [1, 2], *a, *a, *a, *a, *a, 3, 4]").startswith("it.yaml: has more than 20")
    assert refused("[&a [1, 2, 3], &b [*a, *a], *b]").startswith("it.yaml: has more than 20")


@pytest.mark.parametrize("limits", [FIELD, FILE])
def test_a_bomb_is_not_expanded(limits):
    """A text that would be a billion values is refused before its parser has made 200 steps."""
    assert parsed(laughs(10), limits) < 200
    assert parsed(laughs(60), limits) < 200


def test_depth_by_way_of_aliases():
    """A part that holds a part, and so on, is as deep as if it were written out."""
    links = chain(["a0: &a0 [x]"], (f"a{at}: &a{at} [*a{at - 1}]" for at in range(1, 200)))
    text = "\n".join(links)
    assert refused(text, FILE) == "it.yaml: is nested too deeply, or contains itself"
    shallow = "\n".join(text.split("\n")[: DEEPEST - 1])
    refuse_bombs(shallow, "it.yaml", FILE, yaml.CSafeLoader)


def test_bombs_through_merges():
    """Merged keys count as often as they are merged."""
    text = "\n".join(
        ["a0: &a0 {x: 1}"]
        + [f"a{at}: &a{at} {{<<: [{', '.join([f'*a{at - 1}'] * 9)}]}}" for at in range(1, 10)]
    )
    assert parsed(text, FILE) < 400
