"""How many answers a second: a question over and over, on many connections."""

from __future__ import annotations

from functools import partial

from .contenders import BASELINE, missing, named, who_answers
from .figures import Found, Kind, Setting
from .load import Load
from .questions import PLAIN, REPEATED, STREAM, Question

_WARM_UP = 0.3  # of the seconds of a run


def measure(question: Question, name: str, setting: Setting) -> Found:
    """Return the answers a second that a freshly started server gives, and their size."""
    scale = setting.scale
    with named(name).running(setting.server_core) as server:
        question.check(server.port)
        with Load(server.port, question.messages(), scale.connections) as load:
            load.run(scale.seconds * _WARM_UP)
            found = load.run(scale.seconds)
    return Found({"rate": found.rate, "size": found.size}, found.cpu, found.errors)


def _kind(question: Question, about: str, unit: str) -> Kind:
    return Kind(
        question.name,
        about,
        {"rate": unit, "size": "bytes"},
        who_answers(question),
        partial(measure, question),
        BASELINE,
        missing,
    )


KINDS = (
    _kind(PLAIN, "chat completions in one document", "requests/s"),
    _kind(REPEATED, "the same one, all the time", "requests/s"),
    _kind(STREAM, "streams of 100 events, unpaced", "streams/s"),
)
