"""
Answers per second: one question repeated on many connections.

Answers per second of the server's processor time can be compared even on a busy machine. On an idle
machine, the two rates are nearly equal.
"""

from __future__ import annotations

from functools import partial

from .contenders import BASELINE, missing, named, who_answers
from .figures import Found, Kind, Setting
from .load import Load
from .machine import ON_LINUX, processor_seconds
from .questions import (
    CONVERSATION,
    PLAIN,
    REPEATED,
    STREAM,
    TRACED,
    VARIED,
    VARIED_STREAM,
    Question,
)

_WARM_UP = 1.5  # times the seconds of a run; Node needs this long to compile hot code


def measure(question: Question, name: str, setting: Setting) -> Found:
    """Return the answers a second that a freshly started server gives, and their size."""
    scale = setting.scale
    with named(name).running(setting.server_core) as server:
        question.check(server.port)
        with Load(server.port, question.messages(), scale.connections) as load:
            load.run(scale.seconds * _WARM_UP)
            used = processor_seconds(server.process) if ON_LINUX else 0.0
            found = load.run(scale.seconds)
            used = processor_seconds(server.process) - used if ON_LINUX else 0.0
    values = {"rate": found.rate, "size": found.size}
    if used:
        values["rate by processor"] = found.answers / used
    return Found(values, found.cpu, found.errors)


def _kind(question: Question, about: str, unit: str) -> Kind:
    return Kind(
        question.name,
        about,
        {"rate": unit, "rate by processor": f"{unit} of it", "size": "bytes"},
        who_answers(question),
        partial(measure, question),
        BASELINE,
        missing,
    )


KINDS = (
    _kind(VARIED, "what apps send: an SDK's fields, prompts of all lengths", "requests/s"),
    _kind(VARIED_STREAM, "the same, answered as unpaced streams of 100 events", "streams/s"),
    _kind(CONVERSATION, "6 KB of system prompt, three tools, a growing history", "requests/s"),
    _kind(TRACED, "varied, each request with its own traceparent", "requests/s"),
    _kind(PLAIN, "few fields, prompts of one length", "requests/s"),
    _kind(REPEATED, "the same bytes all the time, unlike any app", "requests/s"),
    _kind(STREAM, "streams of 100 events, few fields, prompts of one length", "streams/s"),
)
