"""What may pass, and when it is right to give up: rows for the rules on errors."""

from __future__ import annotations

from mockserver.faults import Cut, Error, ErrorEvent
from mockserver.scenario import Match, Rule

from .row import (
    ANOTHER_KEY,
    BUSY,
    LARGE,
    Play,
    Row,
    also,
    but,
    each,
    first,
    loop,
    meets,
    said,
    without,
)

VAIN, GAVE_UP, OVERFLOW = "permanent-error-retried", "gave-up-at-once (advice)", "overflow-repeated"
KEYS, OTHERS, PASSING = (
    "Another key or model",
    "Other clients with the same request",
    "Transient errors",
)
PATIENCE, USERS, LEAVING = "Patience", "Users", "Leaving"
DOCUMENTS = "Other documents"
TOO_MUCH = "limit 8000 tokens per minute, requested 42084."
LESS = "limit 50000 tokens per minute, requested 42084."


def tokens(message, **keys):
    return Error(**{"problem": "tokens_per_minute", "message": message, "retry_after": None} | keys)


def about(text):
    return [{"role": "system", "content": text}, *said("Sum up the text above.")]


ABOUT = about("One two three four five six."), about("Alpha beta gamma delta.")
AGAIN = Play(loop(1), (first(9, Error(problem="payment_required")),))
NEVER_FITS = Play(loop(1, 1, 1, 1), (first(9, tokens(TOO_MUCH)),))
BOTH_BUSY = (first(2, BUSY),)
ALONE = Play(({"at": 0, "stream": True},), (first(1, BUSY),))


def long(words, question="And now?", word="word", role="user"):
    return [{"role": role, "content": f"{word} " * words}, *said(question)]


TOO_LONG = Play(
    ({"at": 0, "messages": long(9000)}, {"at": 1, "messages": long(9000)}),
)

ROWS = (
    # ------------------------------------------------------------- permanent-error-retried
    Row(KEYS, VAIN, AGAIN, "another key may do", but(2, headers=ANOTHER_KEY)),
    Row(KEYS, VAIN, AGAIN, "another model may do", but(2, model=LARGE)),
    Row(OTHERS, VAIN, AGAIN, "it is another thread", but(2, by="thread 2")),
    Row(USERS, VAIN, AGAIN, "who asks a minute later has paid", but(2, at=61)),
    Row(
        USERS,
        VAIN,
        AGAIN,
        "it was put right meanwhile",
        meets(first(1, Error(problem="payment_required"))),
    ),
    Row(
        USERS,
        VAIN,
        AGAIN,
        "it is answered otherwise now",
        meets(first(1, Error(problem="payment_required")), first(1, Error(problem="edge_block"))),
    ),
    Row(
        PASSING,
        VAIN,
        Play(loop(1), (first(9, Error(status=400, type="invalid_request_error")),)),
        "x-should-retry says that it may pass",
        meets(first(9, Error(status=400, type="invalid_request_error", should_retry=True))),
    ),
    Row(
        PASSING,
        VAIN,
        Play(loop(1), (first(9, Error(status=400, type="invalid_request_error")),)),
        "its type says that it may pass",
        meets(first(9, Error(status=400, type="server_error"))),
    ),
    Row(PASSING, VAIN, AGAIN, "its status says that it may pass", meets(first(9, BUSY))),
    Row(
        PASSING,
        VAIN,
        Play(loop(1), (first(9, Error(status=405, type="invalid_request_error")),)),
        "a conflict may be over",
        meets(first(9, Error(status=409, type="invalid_request_error"))),
    ),
    Row(
        PASSING,
        VAIN,
        Play(loop(1, endpoint="/v1/files/file-1", method="DELETE")),
        "what is looked for may appear",
        each(method="GET"),
    ),
    Row(
        PASSING,
        VAIN,
        Play(loop(1, endpoint="models"), (first(9, Error(problem="wrong_api_key")),)),
        "what is not there may appear",
        meets(first(9, Error(problem="model_not_found"))),
    ),
    Row(
        PASSING,
        VAIN,
        AGAIN,
        "an overflow has a rule of its own",
        meets(first(9, Error(problem="context_length_exceeded"))),
    ),
    Row(LEAVING, VAIN, AGAIN, "the client had left before the answer", but(1, left=True)),
    Row(LEAVING, VAIN, NEVER_FITS, "the client left one of five answers", but(2, left=True)),
    Row(PATIENCE, VAIN, NEVER_FITS, "SDKs ask three times more", without(5)),
    Row(
        KEYS,
        VAIN,
        NEVER_FITS,
        "each has another key",
        each(headers=lambda number: {"authorization": f"Bearer csk-{number}"}),
    ),
    Row(PASSING, VAIN, NEVER_FITS, "the limit was raised", meets(first(4, tokens(TOO_MUCH)))),
    Row(PASSING, VAIN, NEVER_FITS, "it is not larger", meets(first(9, tokens(LESS)))),
    Row(
        PASSING,
        VAIN,
        NEVER_FITS,
        "only the header fields call it larger, and it may fit when nothing is in use",
        meets(first(9, tokens("", headers={"x-ratelimit-limit-tokens-minute": "5"}))),
    ),
    Row(
        PASSING,
        VAIN,
        NEVER_FITS,
        "it was refused for something else",
        meets(first(9, Error(problem="queue_exceeded", message=TOO_MUCH))),
    ),
    # --------------------------------------------------------------------- gave-up-at-once
    Row(PATIENCE, GAVE_UP, ALONE, "somebody asks again", also({"at": 1, "stream": True})),
    Row(KEYS, GAVE_UP, ALONE, "another model was asked", also({"at": 1, "model": LARGE})),
    Row(KEYS, GAVE_UP, ALONE, "it was asked in another form", also({"at": 1})),
    Row(
        KEYS,
        GAVE_UP,
        ALONE,
        "it was asked in other words",
        also({"at": 1, "messages": [{"role": "system", "content": "Hi"}, *said("Say something.")]}),
    ),
    Row(
        KEYS,
        GAVE_UP,
        Play(({"at": 0, "messages": ABOUT[0]}, {"at": 1, "messages": ABOUT[1]}), BOTH_BUSY),
        "the other document is sent to another model",
        but(2, model=LARGE),
    ),
    Row(
        DOCUMENTS,
        GAVE_UP,
        Play(({"at": 0, "messages": ABOUT[0]}, {"at": 1, "messages": ABOUT[1]}), BOTH_BUSY),
        "it is the same document with other words",
        but(2, messages=about("One two three four. Answer in a few words.")),
    ),
    Row(
        KEYS,
        GAVE_UP,
        Play(
            ({"at": 0}, {"at": 1, "model": LARGE}),
            (Rule(match=Match(model=LARGE), faults=(BUSY,)),),
        ),
        "it is the last of a chain of models",
        meets(first(9, BUSY)),
    ),
    Row(
        KEYS,
        GAVE_UP,
        Play(
            ({"at": 0, "takes": 0.5}, {"at": 1, "model": LARGE, "by": "thread 2"}),
            (Rule(match=Match(model=LARGE), faults=(BUSY,)),),
        ),
        "the other of two had an answer later",
        but(1, takes=3),
    ),
    Row(
        KEYS,
        GAVE_UP,
        Play(
            ({"at": 0, "takes": 0.5}, {"at": 1, "model": LARGE}),
            (Rule(match=Match(model=LARGE), faults=(BUSY,)),),
        ),
        "the client had left the first of two models",
        but(1, left=True),
    ),
    Row(PATIENCE, GAVE_UP, ALONE, "it says that it has tried before", but(1, count=2)),
    Row(PATIENCE, GAVE_UP, ALONE, "the failure took long", but(1, takes=2.2)),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(ALONE.asks, (first(1, Error(problem="queue_exceeded", retry_after=2.0)),)),
        "Retry-After is long",
        meets(first(1, Error(problem="queue_exceeded", retry_after=2.2))),
    ),
    *(
        Row(
            PATIENCE,
            GAVE_UP,
            Play(ALONE.asks, (first(1, Error(problem="requests_per_minute", retry_after=None)),)),
            f"the quota is one of the {period}",
            meets(first(1, Error(problem=f"requests_per_{period}"))),
        )
        for period in ("hour", "day")
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(ALONE.asks, (first(1, tokens(LESS)),)),
        "it is larger than the limit",
        meets(first(1, tokens(TOO_MUCH))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(
            ALONE.asks,
            (
                first(
                    1,
                    Error(
                        problem="requests_per_minute",
                        retry_after=None,
                        headers={"x-ratelimit-limit-tokens-minute": "5"},
                    ),
                ),
            ),
        ),
        "it is answered only when the limit is entirely unused",
        meets(first(1, tokens("", headers={"x-ratelimit-limit-tokens-minute": "5"}))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        ALONE,
        "x-should-retry says so",
        meets(first(1, Error(problem="service_unavailable", should_retry=False))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        ALONE,
        "the error does not pass",
        meets(first(1, Error(problem="wrong_api_key"))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(ALONE.asks, (first(1, ErrorEvent(after_tokens=0)),)),
        "it had a part of the answer",
        meets(first(1, ErrorEvent(after_tokens=3))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(ALONE.asks, (first(1, ErrorEvent(after_tokens=0)),)),
        "the stream was lost, and nobody says why",
        meets(first(1, Cut(after_tokens=0))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(ALONE.asks, (first(1, ErrorEvent(after_tokens=0)),)),
        "the error in the stream does not pass",
        meets(first(1, ErrorEvent(problem="wrong_api_format", after_tokens=0))),
    ),
    Row(
        PATIENCE,
        GAVE_UP,
        Play(({"at": 0},), (Rule(match=Match(endpoint=None), faults=(BUSY,)),)),
        "it asked for no completion",
        but(1, endpoint="models"),
    ),
    Row(LEAVING, GAVE_UP, ALONE, "the client had left", but(1, left=True)),
    # ------------------------------------------------------------------- overflow-repeated
    Row(PATIENCE, OVERFLOW, TOO_LONG, "it is shorter now", but(2, messages=long(8900))),
    Row(PATIENCE, OVERFLOW, TOO_LONG, "it asks for less now", each(max_tokens=lambda n: 900 - n)),
    Row(
        KEYS,
        OVERFLOW,
        Play(({"at": 0, "messages": long(140_000)}, {"at": 1, "messages": long(140_000)})),
        "another model was asked",
        but(2, model=LARGE),
    ),
    Row(USERS, OVERFLOW, TOO_LONG, "it asks something else", but(2, messages=long(9000, "Then?"))),
    *(
        Row(
            DOCUMENTS,
            OVERFLOW,
            Play(tuple({"at": at, "messages": long(9000, role=role)} for at in (0, 1))),
            f"it is another document, of the {role}",
            but(2, messages=long(9500, word="other", role=role)),
        )
        for role in ("user", "system")
    ),
    Row(
        DOCUMENTS,
        OVERFLOW,
        TOO_LONG,
        "one document was dropped and another one added",
        each(
            messages=lambda n: [*long(5000, "", f"text{n}")[:1], *long(5000, word=f"text{n + 1}")]
        ),
    ),
    Row(
        DOCUMENTS,
        OVERFLOW,
        Play(
            tuple(
                {"at": at, "endpoint": "completions", "prompt": ["word " * 9000]} for at in (0, 1)
            )
        ),
        "it is another prompt, of a form that is not read",
        but(2, prompt=["other " * 9500]),
    ),
    Row(LEAVING, OVERFLOW, TOO_LONG, "the client had left before it", but(1, left=True)),
    Row(OTHERS, OVERFLOW, TOO_LONG, "it is another thread", but(2, by="thread 2")),
    Row(OTHERS, OVERFLOW, TOO_LONG, "it could not know yet", but(1, takes=None)),
)
