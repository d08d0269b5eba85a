from collections import Counter
from random import Random

import pytest

from mockserver.core.seeding import BLOCK, Draws, HexStream, SeededText, seed_after, seed_from


def drawn(text, *lengths):
    stream = HexStream(text)
    return [stream.draw(length) for length in lengths]


@pytest.mark.parametrize("lengths", [(32, 16, 8), (128,), (125, 6), (500,), (0, 1)])
def test_lengths(lengths):
    """Each text has as many digits as were asked for, across the end of a digest too."""
    texts = drawn("text", *lengths)
    assert tuple(map(len, texts)) == lengths
    assert set("".join(texts)) <= set("0123456789abcdef")


def test_follows_from_the_text():
    """The same text draws the same, another one something else."""
    assert drawn("a", 16, 16, 150) == drawn("a", 16, 16, 150)
    assert not set(drawn("a", 16, 16, 16)) & set(drawn("b", 16, 16, 16))


def test_independent_of_the_cut():
    """One digest after the other is handed out digit by digit, none of it twice."""
    parts = drawn("x", *[25] * 16)
    assert "".join(parts) == HexStream("x").draw(400)
    assert len(set(parts)) == 16


def test_even():
    """All hexadecimal digits are about as frequent."""
    counts = Counter(HexStream("even").draw(16_000))
    assert len(counts) == 16
    assert all(900 < count < 1100 for count in counts.values())


def test_seeded_text():
    """The shared generator advances; a fresh one repeats its draws."""
    seeded = SeededText(7)
    drawn = [seeded.random.random() for _ in range(3)]
    assert len(set(drawn)) == 3
    again = seeded.fresh_random()
    assert [again.random() for _ in range(3)] == drawn
    assert seeded.random.random() not in drawn


def test_seed_from():
    """Different texts have different 64-bit seeds."""
    seeds = {seed_from(f"text {at}") for at in range(1000)}
    assert len(seeds) == 1000
    assert 2**63 < max(seeds) < 2**64
    assert seed_from("Grüße") == seed_from("Grüße")


def test_draws_depend_on_the_number():
    """A trial has the same draws in whatever order trials come, and all come from one stream."""
    numbers = [1, 2, BLOCK, BLOCK + 1, 100 * BLOCK]
    here, there = Draws("seed", 2), Draws("seed", 2)
    forth = {number: here.of(number) for number in numbers}
    assert {number: there.of(number) for number in reversed(numbers)} == forth
    stream = Random("seed")
    expected = [(stream.random(), stream.random()) for _ in range(BLOCK + 1)]
    assert [here.of(number) for number in range(1, BLOCK + 2)] == expected


def test_no_draws():
    """A rule without a probability draws nothing."""
    assert Draws("seed", 0).of(5) == ()


@pytest.mark.parametrize("beginning", [("", ""), ("a", "b"), ("ab", ""), ("a", "Grüße " * 50)])
@pytest.mark.parametrize("text", ["", "c", "Grüße"])
def test_seed_after(beginning, text):
    """It is the seed of the whole text, the second time and after other texts, too."""
    for other in ("x", text, "y", text):
        seed_after(beginning, other)
        assert seed_after(beginning, text) == seed_from("".join((*beginning, text)))
