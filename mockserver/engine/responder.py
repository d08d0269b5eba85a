"""Makes the answers that the real API would give, such as refusals, documents and completions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.problems import problems
from mockserver.api.contract.quota import Quota
from mockserver.api.model.generate import GenerationRequest, generate
from mockserver.api.model.json_samples import ImpossibleError
from mockserver.api.model.script import Script
from mockserver.api.reading import choices
from mockserver.api.writing import answer, headers
from mockserver.api.writing.answer import Answer
from mockserver.api.writing.encoder import EncodedAnswer, Form
from mockserver.core.seeding import HexStream, SeededText, seed_after, seed_from
from mockserver.core.sse import dumps
from mockserver.plan import Data, End, Head, Headers, Plan

from .parsing import ParsedRequest

_JSON = "application/json"
_STREAM = "text/event-stream; charset=utf-8"
# fields that change the form of an answer but not its words
_FORM = frozenset(
    {
        *("stream", "stream_options", "stop", "logprobs", "top_logprobs", "reasoning_format"),
        *("max_tokens", "max_completion_tokens", "prediction", "prompt_cache_key"),
        *("min_tokens", "min_completion_tokens", "service_tier", "user", "n", "best_of", "echo"),
    }
)
_END = End()
_UNSCRIPTED = Script()
_SHORT, _LONG = 1_000, 32_000  # letters; a first message of such a length is digested only once


@dataclass(slots=True)
class Responder:
    """
    Makes one answer, without any fault.

    ``now`` is in seconds since the epoch. ``random`` has the random bits of this exchange, for ids
    and times. ``quota`` is None when the request costs nothing. ``cached`` is how many tokens of
    the prompt the cache has. ``script`` is the reply that a rule sets.
    """

    edition: Edition
    seed: int
    now: float
    random: HexStream
    quota: Quota | None = None
    cached: int = 0
    script: Script = _UNSCRIPTED

    def refusal(self, error: RefusalError) -> Plan:
        """Return the plan of an error answer."""
        problem = problems()[error.problem]
        problem = replace(problem, status=error.status or problem.status)
        fields = self._fields(problem.content_type)
        return problem.plan(error.facts, (*fields, *error.headers))

    def document(self, value: object) -> Plan:
        """Return the plan of a JSON answer."""
        return self.content(dumps(value), _JSON)

    def content(self, body: bytes, content_type: str) -> Plan:
        """Return the plan of an answer with a ``content-length``, and with the quota's fields."""
        fields = (*self._fields(content_type), ("content-length", str(len(body))))
        left = self.quota.headers(self.now) if self.quota is not None else ()
        return (Head(200, (*fields, *left)), Data(body), _END)

    def completion(self, parsed: ParsedRequest, form: Form) -> Plan:
        """
        Return the plan of a completion, with the quota's header fields.

        Raises RefusalError when no value fits the requested schema.
        """
        quota = self.quota
        assert quota is not None  # noqa: S101 (a completion costs something)
        try:
            encoded = self._encoded(parsed, form)
        except ImpossibleError as error:
            raise RefusalError("schema_without_value", {"reason": str(error)}) from error
        stamp = answer.stamp(self.now, self.random, self.cached)
        name = ("inference-id", f"{encoded.form.prefix}{stamp.number}")
        if parsed.stream:
            fields = (*self._fields(_STREAM, plain=False), name, *quota.headers(self.now))
            return (Head(200, fields), *encoded.stream(stamp, done=self.edition.bodies.done), _END)
        seconds = encoded.seconds(stamp) if self.edition.headers.server_timing else None
        returning = parsed.reserved - parsed.prompt - encoded.tokens
        fields = (
            *self._fields(_JSON, plain=False),
            *headers.timing(seconds),
            name,
            *quota.headers(self.now, returning=returning, cached=self.cached),
        )
        return (Head(200, fields), encoded.document(stamp), _END)

    def _fields(self, content_type: str, *, plain: bool = True) -> Headers:
        shape = self.edition.headers
        return headers.edge(shape, content_type, now=self.now, random=self.random, plain=plain)

    def _encoded(self, parsed: ParsedRequest, form: Form) -> EncodedAnswer:
        """Generate an answer, ready to be encoded in the form of the endpoint."""
        model = parsed.model
        assert model is not None  # noqa: S101 (an admitted request)
        asked, spare = choices.returned(parsed.body), choices.discarded(parsed.body)
        number = _number(self.seed, parsed)
        generated = []
        for at, body in enumerate([*asked, *spare]):
            asked_for = GenerationRequest(body, model, parsed.limit, len(asked) + len(spare))
            generated.append(generate(self.script, asked_for, SeededText(number + at), self.random))
        answered = Answer(
            parsed.model_id,
            model,
            parsed.prompt,
            tuple(generated[: len(asked)]),
            parsed.size.images,
            self.edition.bodies,
            sum([one.tokens for one in generated[len(asked) :]]),
        )
        return EncodedAnswer(form, answered)


def _number(seed: int, parsed: ParsedRequest) -> int:
    """Return a seed for the words of the answer; the fields in ``_FORM`` do not change it."""
    about = {name: value for name, value in parsed.body.items() if name not in _FORM}
    if not parsed.chat:  # a short body
        return seed_from(f"{seed}/{about!a}")
    first, *others = about["messages"]
    said = ascii(first)
    if not _SHORT < len(said) < _LONG:
        return seed_from(f"{seed}/{about!a}")
    before = f"{seed}/{{'model': {about['model']!a}, 'messages': ["
    after = f"{seed}/{about | {'messages': others}!a}".removeprefix(before)
    return seed_after((before, said), f", {after}" if others else after)
