from collections import Counter

import pytest

from mockserver.chance import Digits, Voice, number_of


def drawn(text, *widths):
    digits = Digits(text)
    return [digits.getrandbits(width) for width in widths]


@pytest.mark.parametrize("widths", [(128, 64, 32), (512,), (500, 24), (2000,)])
def test_widths(widths):
    """Each number has as many bits as were asked for, across the end of a digest too."""
    numbers = drawn("text", *widths)
    for number, width in zip(numbers, widths, strict=True):
        assert width * 3 // 4 < number.bit_length() <= width


def test_follows_from_the_text():
    """The same text draws the same, another one something else."""
    assert drawn("a", 64, 64, 600) == drawn("a", 64, 64, 600)
    assert not set(drawn("a", 64, 64, 64)) & set(drawn("b", 64, 64, 64))


def test_independent_of_the_cut():
    """One digest after the other is handed out bit by bit, none of it twice."""
    whole = Digits("x").getrandbits(1600)
    parts = drawn("x", *[100] * 16)
    assert sum(part << (100 * at) for at, part in enumerate(parts)) == whole
    assert len(set(parts)) == 16


def test_even():
    """All hexadecimal digits are about as frequent."""
    counts = Counter(f"{Digits('even').getrandbits(64_000):016000x}")
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
