from collections import Counter

import pytest

from mockserver.core.chance import Digits, Voice, number_of


def drawn(text, *lengths):
    digits = Digits(text)
    return [digits.draw(length) for length in lengths]


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
    assert "".join(parts) == Digits("x").draw(400)
    assert len(set(parts)) == 16


def test_even():
    """All hexadecimal digits are about as frequent."""
    counts = Counter(Digits("even").draw(16_000))
    assert len(counts) == 16
    assert all(900 < count < 1100 for count in counts.values())


def test_voice():
    """A voice goes on drawing where it is, and can begin again."""
    voice = Voice(7)
    drawn = [voice.random.random() for _ in range(3)]
    assert len(set(drawn)) == 3
    again = voice.again()
    assert [again.random() for _ in range(3)] == drawn
    assert voice.random.random() not in drawn


def test_number_of():
    """Texts have numbers of 64 bits, different ones."""
    numbers = {number_of(f"text {at}") for at in range(1000)}
    assert len(numbers) == 1000
    assert 2**63 < max(numbers) < 2**64
    assert number_of("Grüße") == number_of("Grüße")
