"""
What the real API would answer: a refusal, the catalogue of models, a completion.

The middle one of the engine's five steps; nothing here knows of scenarios' rules or faults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.limits import Quota
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.problems import PROBLEMS
from mockserver.api.model.instances import ImpossibleError
from mockserver.api.model.reply import Reply
from mockserver.api.model.say import Ask, say
from mockserver.api.reading import choices
from mockserver.api.writing import answer, chat, completions, headers, models
from mockserver.api.writing.answer import Answer
from mockserver.api.writing.writing import Written
from mockserver.core.seeding import HexStream, SeededText, seed_from
from mockserver.core.sse import dumps
from mockserver.plan import Compact, Data, End, Head, Headers, Plan

from .inquiry import Inquiry

_JSON = "application/json"
_STREAM = "text/event-stream; charset=utf-8"
# what changes the form of an answer, not its words
_FORM = frozenset(
    {
        *("stream", "stream_options", "stop", "logprobs", "top_logprobs", "reasoning_format"),
        *("max_tokens", "max_completion_tokens", "prediction", "prompt_cache_key"),
        *("min_tokens", "min_completion_tokens", "service_tier", "user", "n", "best_of", "echo"),
    }
)
_END = End()
_LONGEST_KNOWN = 2048  # tokens; longer answers are made anew each time
_FORMS = {"chat": chat.FORM, "completions": completions.FORM}


@dataclass(slots=True)
class Honest:
    """
    One answer in the making.

    ``now`` is in seconds since the epoch; ``random`` is that of the exchange, for ids and times.
    """

    edition: Edition
    seed: int
    now: float
    random: HexStream

    def refusal(self, error: RefusalError) -> Plan:
        """Return the plan of an error answer."""
        problem = PROBLEMS[error.problem]
        problem = replace(problem, status=error.status or problem.status)
        fields = self._fields(problem.content_type)
        return problem.plan(error.facts, (*fields, *error.headers))

    def catalogue(self, inquiry: Inquiry) -> Plan:
        """Return the plan of an answer that is the same for everybody."""
        try:
            body = _catalogue(inquiry, self.edition)
        except RefusalError as error:
            return self.refusal(error)
        return self.document(body)

    def document(self, body: bytes, content_type: str = _JSON) -> Plan:
        """Return the plan of an answer that is framed by its length."""
        fields = self._fields(content_type)
        return (Head(200, (*fields, ("content-length", str(len(body))))), Data(body), End())

    def completion(self, inquiry: Inquiry, reply: Reply, quota: Quota, cached: int) -> Compact:
        """Return the plan of what the model says, with what is left of the quota."""
        try:
            written = self._written(inquiry, reply)
        except ImpossibleError as error:
            return self.refusal(RefusalError("schema_without_value", {"reason": str(error)}))
        stamp = answer.stamp(self.now, self.random, cached)
        name = ("inference-id", f"{written.form.prefix}{stamp.number}")
        if inquiry.stream:
            fields = (*self._fields(_STREAM, plain=False), name, *quota.headers(self.now))
            return (Head(200, fields), *written.stream(stamp, done=self.edition.bodies.done), _END)
        seconds = written.seconds(stamp) if self.edition.headers.server_timing else None
        returning = inquiry.reserved - inquiry.prompt - written.tokens
        fields = (
            *self._fields(_JSON, plain=False),
            *headers.timing(seconds),
            name,
            *quota.headers(self.now, returning=returning, cached=cached),
        )
        return (Head(200, fields), written.document(stamp), _END)

    def _fields(self, content_type: str, *, plain: bool = True) -> Headers:
        shape = self.edition.headers
        return headers.edge(shape, content_type, now=self.now, random=self.random, plain=plain)

    def _written(self, inquiry: Inquiry, reply: Reply) -> Written:
        """Return what the model says; it says the same again, but for the ids of calls."""
        known = inquiry.answers.get(id(reply))
        if known is not None:
            return known[1]
        written = self._write(inquiry, reply)
        called = any(said.calls for said in written.answer.choices)
        if not called and written.tokens <= _LONGEST_KNOWN:
            inquiry.answers[id(reply)] = reply, written
        return written

    def _write(self, inquiry: Inquiry, reply: Reply) -> Written:
        """Let the model say something, in the form of the endpoint."""
        model = inquiry.model
        assert inquiry.endpoint in _FORMS  # noqa: S101 (only these have a quota)
        assert model is not None  # noqa: S101 (nor has what is not served)
        asked, spare = choices.returned(inquiry.body), choices.discarded(inquiry.body)
        number = _number(self.seed, inquiry)
        made = []
        for at, body in enumerate([*asked, *spare]):
            ask = Ask(body, model, inquiry.limit, len(asked) + len(spare))
            made.append(say(reply, ask, SeededText(number + at), self.random))
        said = Answer(
            inquiry.model_id,
            model,
            inquiry.prompt,
            made[0],
            tuple(made[1 : len(asked)]),
            inquiry.size.images,
            self.edition.bodies,
            sum([one.tokens for one in made[len(asked) :]]),
        )
        return Written(_FORMS[inquiry.endpoint], said)


def _catalogue(inquiry: Inquiry, edition: Edition) -> bytes:
    form = inquiry.query.get("format", "default")
    match inquiry.endpoint:
        case "models" | "public_models" as endpoint:
            public = endpoint == "public_models"
            return dumps(models.listing(edition, public=public, form=form))
        case "model" | "public_model" as endpoint:
            public = endpoint == "public_model"
            return dumps(models.record(edition, inquiry.name, public=public, form=form))
        case _:
            return dumps(None)  # the warm-up


def _number(seed: int, inquiry: Inquiry) -> int:
    """Return what is said, as a number: the same however much of it is shown, and how."""
    about = {name: value for name, value in inquiry.body.items() if name not in _FORM}
    return seed_from(f"{seed}/{about!a}")
