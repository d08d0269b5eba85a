import os
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.model import prose, tokens

SEEDS = st.integers(0, 2**32)
NUMBERS = st.integers(0, 2**65)


@given(NUMBERS)
def test_answer(number):
    """An answer is some whole sentences, as its own tokens."""
    pieces = prose.answer(number)
    text = "".join(pieces)
    assert tuple(tokens.pieces(text)) == pieces
    assert text[0].isupper()
    assert text.endswith(".")
    assert 2 <= text.count(".") <= 8
    assert 10 <= len(pieces) <= 300


@given(NUMBERS, st.integers(1, 1200))
def test_of_length(number, length):
    """Prose of a length has exactly so many tokens and ends with a full stop."""
    pieces = prose.of_length(number, length)
    assert len(pieces) == length
    assert pieces[-1] == "."


@given(NUMBERS)
def test_of_length_begins_as_an_answer(number):
    """However long it is, the same number begins to say the same."""
    answer, longer = prose.answer(number), prose.of_length(number, 300)
    assert longer[: len(answer)] == answer
    assert prose.of_length(number, 10)[:8] == answer[:8]


def test_of_no_length():
    """Nothing is said in no tokens."""
    assert prose.of_length(1, 0) == ()


def test_of_length_counts():
    """Counted again, prose of a length has that length."""
    counts = [tokens.count("".join(prose.of_length(number, 50))) for number in range(2000)]
    assert counts == [50] * 2000


@given(SEEDS, st.integers(0, 600))
def test_prolonged(seed, length):
    """An answer that is too short goes on in whole sentences, as its own tokens."""
    said = ["Well", "."]
    pieces = prose.prolonged(Random(seed), said, length)
    assert pieces[:2] == said
    assert (length <= 2) is (pieces == said)
    assert length <= len(pieces) < max(length, 2) + 60
    assert pieces[-1] == "."
    assert tokens.pieces("".join(pieces)) == pieces


@given(NUMBERS, st.integers(1, 200))
def test_numbered(number, further):
    """The same number says the same, each of those around it something else."""
    assert prose.answer(number) == prose.answer(number)
    one, other = ("".join(prose.answer(at)).split(". ") for at in (number, number + further))
    assert one[0] != other[0]
    assert one[1:] != other[1:]
    assert prose.of_length(number, 40) != prose.of_length(number + further, 40)


def test_various():
    """Of a thousand answers with numbers from anywhere no two are the same, but by great luck."""
    random = Random(1)
    assert len({prose.answer(random.getrandbits(64)) for _ in range(1000)}) >= 999


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_same_in_another_process(hash_seed):
    """The words don't depend on the process that draws them."""
    program = (
        "from mockserver.api.model import prose; print(''.join(prose.of_length(5, 400)), end='')"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        text=True,
    )
    assert result.stdout == "".join(prose.of_length(5, 400))


def test_lazy():
    """Faker is imported when words are needed, not before."""
    program = "import sys; import mockserver.engine; sys.exit('faker' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
