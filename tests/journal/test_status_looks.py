"""What is kept of the requests to the status page."""

from __future__ import annotations

from mockserver.core.messages import Request, Sender
from mockserver.journal import Journal, StatusLook
from mockserver.journal.status_looks import StatusLooks


def test_looks():
    """A look says when, where, by whom and in which part of a test; it is no exchange."""
    journal, sender = Journal(), Sender("thread 1")
    journal.look_at_status(Request("GET", "/status", sender=sender), 1.5)
    journal.begin_part()
    journal.look_at_status(Request("HEAD", "/status"), 2.0)
    assert list(journal.status_looks) == [
        StatusLook(1.5, "/status", sender, 0),
        StatusLook(2.0, "/status", None, 1),
    ]
    assert (journal.count, journal.exchanges) == (0, [])


def test_bounded():
    """However long an app looks, only the last looks are kept, and all are counted."""
    looks = StatusLooks()
    for at in range(5000):
        looks.add(StatusLook(float(at), "/status"))
    kept = list(looks)
    assert (looks.count, len(kept), kept[-1].at) == (5000, 1000, 4999.0)


def test_own(engine, ask, now):
    """They stay where exchanges from elsewhere are left out."""
    one = engine()
    one.journal.look_at_status(Request("GET", "/status"), now)
    one.handle(ask(), now=now).from_elsewhere = "from a thread"
    own = one.journal.own()
    assert (own.count, [look.at for look in own.status_looks]) == (0, [now])
