from random import Random

import pytest

from mockserver.faults import BadChunk, Context, Disconnect, Garbage, HangUp
from mockserver.plan import Close, Data, End, Head, Raw, Wait

EVENTS, JSON = Head(200, (("content-type", "text/event-stream"),)), Head(200)
SIZED = Head(200, (("content-length", "10"), ("server", "mock")))
END, FIN, RST = End(), Close(), Close(reset=True)
ROLE, ONE, TWO = Data(b"role"), Data(b"1", 1), Data(b"2", 1)
STREAM = (EVENTS, ROLE, ONE, TWO, END)
TEN = Data(b"0123456789", 5)
SSH, NO_SIZE = Raw(b"SSH-2.0-OpenSSH_9.9\r\n"), Raw(b"XYZ\r\n")


@pytest.mark.parametrize(
    ("fault", "plan", "broken"),
    [
        (Disconnect(), STREAM, (FIN,)),
        (Disconnect(by="rst"), STREAM, (RST,)),
        (Disconnect(), (Wait(1), *STREAM), (Wait(1), FIN)),
        (Disconnect(), (RST,), (FIN,)),
        (Disconnect(), (), (FIN,)),
        (Garbage(), STREAM, (SSH, FIN)),
        (Garbage("größer"), (Wait(1), *STREAM), (Wait(1), Raw("größer".encode()), FIN)),
        (BadChunk(), STREAM, (EVENTS, NO_SIZE, FIN)),
        (BadChunk(1), STREAM, (EVENTS, ROLE, ONE, NO_SIZE, FIN)),
        (BadChunk(2), STREAM, STREAM),
        (BadChunk(3), (JSON, TEN, END), (JSON, Data(b"012345", 3), NO_SIZE, FIN)),
        (BadChunk(), (SIZED, TEN, END), (Head(200, (("server", "mock"),)), NO_SIZE, FIN)),
        (BadChunk(), (Wait(1), RST), (Wait(1), RST)),
        (HangUp(), STREAM, (*STREAM[:-1], End(hang_up=True))),
        (HangUp(), (EVENTS, ROLE, FIN), (EVENTS, ROLE, FIN)),
    ],
)
def test_plans(fault, plan, broken):
    """Plan in, plan out."""
    assert fault.apply(plan, Context(Random(1))) == broken
