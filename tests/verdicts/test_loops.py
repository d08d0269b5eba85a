"""The verdict on an app that sends requests endlessly."""

from __future__ import annotations

from mockserver.core.messages import Sender
from mockserver.faults import Error
from mockserver.journal import Journal
from mockserver.scenario import Rule
from mockserver.scenario.injection import PAST_BUDGET


def sender(place):
    """Return a thread that sends from a line of the app."""
    file, _, line = place.partition(":")
    return Sender("thread 1", site=(file, int(line)))


def refuse(play, at, place):
    """Send what is past the budget."""
    play.engine.inject(PAST_BUDGET)
    exchange = play.send(at, by=sender(place))
    exchange.intervened = True


def asked(play, count, place):
    for at in range(count):
        play.send(at, by=sender(place), messages=[{"role": "user", "content": f"{at}"}])


def test_loop(stage):
    """It names the line, the count, and what the last request got; the last of them show it."""
    play = stage()
    asked(play, 10, "app.py:31")
    refuse(play, 10, "app.py:31")
    refuse(play, 11, "app.py:31")
    outcome = play.engine.journal.exchanges[9].outcome
    assert play.judged() == ["endless-requests"]
    assert play.sentence("endless-requests") == (
        f"12 requests came from app.py:31, and the last answered one, #10, got {outcome}",
        (3, 4, 5, 6, 7, 8, 9, 10),
    )


def test_another_place(stage):
    """A line that had no answer any more, since others had used all up, is named too."""
    play = stage()
    asked(play, 2, "app.py:31")
    refuse(play, 3, "app.py:7")
    assert play.sentence("endless-requests") == ("1 request came from app.py:7", ())


def test_many(stage):
    """Any number within the budget is nobody's fault."""
    play = stage()
    asked(play, 300, "app.py:31")
    assert play.judged() == []


def test_own_rule_of_that_name(stage):
    """A scenario may call a rule of its own so."""
    play = stage(Rule(PAST_BUDGET.name, faults=(Error(problem="wrong_api_format"),)))
    asked(play, 3, "app.py:31")
    assert play.judged() == []


def test_nothing_else(stage):
    """To have been refused by the mock, again and again, is no other mistake."""
    play = stage()
    for at in range(5):
        refuse(play, at / 100, "app.py:31")
    assert play.judged() == ["endless-requests"]


# ------------------------------------------------------------------------- status-page-polled


def watch(play, *times, by="thread 1", path="/status"):
    for at in times:
        play.look(at, by=by, path=path)


def test_polled(stage):
    """It counts the looks of the busiest minute, and names the line."""
    play = stage()
    watch(play, *(0.5 * at for at in range(200)), by=sender("app.py:12"))
    (found,) = play.verdicts()
    assert (found.rule, found.certainty) == ("status-page-polled", "advice")
    assert found.sentence == "120 requests for the status page within 59.5 s, from app.py:12"
    assert found.site == ("app.py", 12)
    assert found.exchanges == ()


def test_a_look_each_half_minute(stage):
    """A page on a wall may be renewed for hours."""
    play = stage()
    watch(play, *range(0, 7200, 30))
    assert play.judged() == []


def test_two_documents(stage):
    """A client that reads two documents each time has looked half as often."""
    play = stage()
    for name in ("status", "summary"):
        watch(play, *range(10), path=f"/api/v2/{name}.json")
    assert play.judged() == []


def test_polled_while_it_fails(stage):
    """A failure excuses one look, not a loop behind it."""
    play = stage(Rule(faults=(Error(status=503),)))
    play.loop(1, 2, 4, 8, 16)
    watch(play, *range(20))
    assert "status-page-polled" in play.judged()


def test_part_of_the_test(stage):
    """A subtest looks for itself."""
    play = stage()
    for _ in range(2):
        watch(play, *range(6))
        play.engine.journal.begin_part()
    assert play.judged() == []


def test_scaled(stage):
    """A minute is one of the client, whose clock the time scale does not change."""
    journal = Journal(scale=0.01)
    play = stage()
    play.engine.journal = journal
    watch(play, *range(0, 110, 10))
    (found,) = play.verdicts()
    assert found.sentence == "11 requests for the status page within 1.0 s"
