import json

import pytest

from mockserver.api.writing.chunks import Chunks

WORDS = (" word", " wörd", ' "', "\\", "\n", "\0", "\u2028", "日", "_" * 100, "")


def chunks(pieces, step=1, before='{"a":', behind="}"):
    made = Chunks()
    made.add_text(pieces, step, before, behind)
    return made


@pytest.mark.parametrize("step", [1, 2, 3, 50])
def test_text(step):
    """Text comes in chunks of so many tokens, as JSON between the constants."""
    made = chunks(WORDS * 3, step)
    said = [json.loads(one)["a"] for one in made.choices]
    assert "".join(said) == "".join(WORDS * 3)
    assert sum(made.counts) == 30
    assert set(made.counts[:-1]) <= {step}
    assert len(made.counts) == len(said) == -(-30 // step)


def test_as_encoded():
    """A chunk has the bytes of the plain encoder, also when it was written before."""
    whole = [json.dumps({"a": word}, ensure_ascii=False, separators=(",", ":")) for word in WORDS]
    for _ in range(2):
        assert chunks(WORDS).choices == [one.encode() for one in whole]


def test_shared():
    """A word that is said again takes its room once; a long one is not remembered."""
    (one, other), again = chunks([" storm", " storm"]).choices, chunks([" storm"]).choices[0]
    assert one is other is again
    (one, other) = chunks(["_" * 33] * 2).choices
    assert one == other
    assert one is not other


def test_bounded():
    """However many words there are, so many are remembered and no more."""
    made = [chunks([f"w{at}" for at in range(6000)], behind=',"b":1}').choices for _ in range(2)]
    same = [one is other for one, other in zip(*made, strict=True)]
    assert sum(same) == 4096
    assert made[0] == made[1]


def test_constants():
    """What stands around a text is never mixed up."""
    assert chunks(["x"], before="[", behind="]").choices == [b'["x"]']
    assert chunks(["x"], before="{", behind="}").choices == [b'{"x"}']


def test_add():
    """Other chunks cost nothing, or what is said of them."""
    made = Chunks()
    made.add(b"1")
    made.add(b"2", 5)
    assert (made.choices, made.counts) == ([b"1", b"2"], [0, 5])
