"""
What the errors of the API mean for an app.

Cerebras puts ``message`` and ``code`` at the top of an error's body. An app that looks only for
OpenAI's ``error.message`` finds nothing to show to its user.
"""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from cerebras.cloud.sdk import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
    InternalServerError,
)

TRY_AGAIN = (408, 409, 429)  # and every 5xx; after any other status, a retry would get the same one
GONE = ("model_not_found", "model_archived")
TOO_LONG = "context_length_exceeded"
MORE_THAN_THE_LIMIT = re.compile(r"limit (\d+) tokens per \w+, requested (\d+)")

# Errors that can end a stream in its middle; the SDK does not wrap those of httpx and json.
LOST = (APIError, httpx.HTTPError, ValueError)


class AssistantError(Exception):
    """There is no answer; the message tells the user why."""


class TooLongError(AssistantError):
    """The conversation does not fit into the model's window."""


def worth_retrying(error: APIError) -> bool:
    """Return whether the same request may succeed a little later."""
    if isinstance(error, APIStatusError) and error.status_code in TRY_AGAIN:
        return not never_fits(error)
    return isinstance(error, APIConnectionError | InternalServerError)


def never_fits(error: APIError) -> bool:
    """Return whether the request is larger than a whole limit, so that waiting never helps."""
    said = MORE_THAN_THE_LIMIT.search(message_of(error))
    return said is not None and int(said[1]) < int(said[2])


def another_model_may_help(error: APIError) -> bool:
    """Return whether the model is the cause, and not the request, the key or the connection."""
    if code_of(error) in GONE or never_fits(error):
        return True
    return isinstance(error, APIStatusError) and worth_retrying(error)


def retry_after(error: APIError) -> float:
    """Return how many seconds the server asks to wait; 0 if it does not say."""
    if not isinstance(error, APIStatusError):
        return 0.0
    said = error.response.headers.get("retry-after", "0")
    try:
        return max(0.0, float(said))
    except ValueError:
        return max(0.0, _seconds_until(said))


def code_of(error: APIError) -> str:
    """Return the API's code for the error."""
    return str(_body(error).get("code") or "")


def message_of(error: APIError) -> str:
    """Return the API's message, which says more than the status."""
    return str(_body(error).get("message") or error)


def in_words(error: APIError) -> str:
    """Return a sentence for the user."""
    if not isinstance(error, APIStatusError):
        return f"The Cerebras API cannot be reached: {error}"
    if isinstance(error, AuthenticationError):
        return "The Cerebras API does not accept the key: check CEREBRAS_API_KEY."
    return f"The Cerebras API answered {error.status_code}: {message_of(error)}"


def _seconds_until(date: str) -> float:
    """Return the seconds until an HTTP date, which HTTP allows in ``Retry-After``, too."""
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return 0.0


def _body(error: APIError) -> dict[str, Any]:
    return error.body if isinstance(error.body, dict) else {}
