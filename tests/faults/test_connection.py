from random import Random

import pytest

from mockserver.faults import Context, Cut
from mockserver.plan import Close, Data, End, Head, Wait, tokens_of

HEAD, END, FIN = Head(200), End(), Close()
ROLE, LAST, DONE = Data(b"role"), Data(b"last"), Data(b"done")
ONE, TWO, FIVE = Data(b"1", 1), Data(b"2", 1), Data(b"0123456789", 5)
STREAM = (HEAD, ROLE, ONE, TWO, LAST, DONE, END)
DOCUMENT = (HEAD, Data(b"x" * 100, 10), END)


@pytest.mark.parametrize(
    ("after", "plan", "cut"),
    [
        (0, STREAM, (HEAD, ROLE, FIN)),
        (1, STREAM, (HEAD, ROLE, ONE, FIN)),
        (2, STREAM, STREAM),
        (9, STREAM, STREAM),
        (0, DOCUMENT, (HEAD, FIN)),
        (1, DOCUMENT, (HEAD, Data(b"x" * 10, 1), FIN)),
        (9, DOCUMENT, (HEAD, Data(b"x" * 90, 9), FIN)),
        (10, DOCUMENT, DOCUMENT),
        (3, (HEAD, ONE, FIVE, FIVE, END), (HEAD, ONE, Data(b"0123", 2), FIN)),
        (6, (HEAD, ONE, FIVE, FIVE, END), (HEAD, ONE, FIVE, FIN)),
        (1, (HEAD, ONE, Wait(5), TWO, END), (HEAD, ONE, Wait(5), FIN)),
        (0, (HEAD, Data(b'{"error"}'), END), (HEAD, Data(b'{"error"}'), END)),
        (0, (), ()),
    ],
)
def test_cut(after, plan, cut):
    """The connection is lost once so many tokens have arrived; shorter answers arrive whole."""
    assert Cut(after_tokens=after).apply(plan, Context(Random(1))) == cut


def test_reset():
    """With a reset the connection is lost by RST."""
    plan = Cut(after_tokens=1, reset=True).apply(STREAM, Context(Random(1)))
    assert plan == (HEAD, ROLE, ONE, Close(reset=True))


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("after", [1, 20, 40])
def test_honest_answers(ask, play, stream, after):
    """Real answers, too, lose all tokens after the last one let through."""
    whole = play(ask(stream=stream, seed=1)).plan
    cut = Cut(after_tokens=after).apply(whole, Context(Random(1)))
    assert tokens_of(cut) == after < tokens_of(whole)
    assert cut[-1] == FIN
    bytes_of = [
        b"".join(step.data for step in plan if isinstance(step, Data)) for plan in (cut, whole)
    ]
    assert bytes_of[1].startswith(bytes_of[0])
