import os
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api import prose, tokens

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_answer(seed):
    """An answer is some whole sentences, as its own tokens."""
    pieces = prose.answer(Random(seed))
    text = "".join(pieces)
    assert tokens.pieces(text) == pieces
    assert text[0].isupper()
    assert text.endswith(".")
    assert 2 <= text.count(".") <= 8
    assert 10 <= len(pieces) <= 300


@given(SEEDS, st.integers(1, 1200))
def test_of_length(seed, length):
    """Prose of a length has exactly so many tokens and ends with a full stop."""
    pieces = prose.of_length(Random(seed), length)
    assert len(pieces) == length
    assert pieces[-1] == "."


def test_of_no_length():
    """Nothing is said in no tokens."""
    assert prose.of_length(Random(1), 0) == []


def test_of_length_counts():
    """Counted again, prose of a length has that length."""
    counts = [tokens.count("".join(prose.of_length(Random(seed), 50))) for seed in range(200)]
    assert counts == [50] * 200


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


@given(SEEDS)
def test_seeded(seed):
    """The same randomness says the same, another one something else."""
    assert prose.answer(Random(seed)) == prose.answer(Random(seed))
    assert prose.answer(Random(seed)) != prose.answer(Random(seed + 1))


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_same_in_another_process(hash_seed):
    """The words don't depend on the process that draws them."""
    program = "from random import Random; from mockserver.api import prose; "
    program += "print(''.join(prose.answer(Random(5))), end='')"
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        text=True,
    )
    assert result.stdout == "".join(prose.answer(Random(5)))


def test_lazy():
    """Faker is imported when words are needed, not before."""
    program = "import sys; import mockserver.engine; sys.exit('faker' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
