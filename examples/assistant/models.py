"""Gets an answer from the first of some models that has one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from cerebras.cloud.sdk import APIError, Cerebras
from conversation import Message
from patience import Patience
from problems import (
    GONE,
    TOO_LONG,
    AssistantError,
    TooLongError,
    another_model_may_help,
    code_of,
    in_words,
    message_of,
)

PART_TOKENS = 1024  # the rate limit counts what is asked for, so ask for no more than is needed

log = logging.getLogger(__name__)


class Models:
    """Some models, the best first."""

    def __init__(self, client: Cerebras, names: Sequence[str], patience: Patience) -> None:
        # Only patience retries, not the SDK; and a copy of a client would warm up once more.
        client = client.with_options(max_retries=0, warm_tcp_connection=False)
        self._create: Any = client.chat.completions.create
        self._patience = patience
        self.names = list(names)

    def complete(self, said: list[Message], *, stream: bool) -> Any:
        """Return a completion, or the chunks of one; raise AssistantError if no model has one."""
        problem = "There is no model to ask."
        for name in tuple(self.names):
            send = partial(self._send, name, said, stream=stream)
            try:
                return self._patience.retry(send)
            except APIError as error:
                problem = in_words(error)
                if not another_model_may_help(error):
                    raise AssistantError(problem) from error
                if code_of(error) in GONE:
                    self._ask_last(name)
            log.warning("%s has no answer. %s", name, problem)
        raise AssistantError(problem)

    def _ask_last(self, name: str) -> None:
        """Put a model that is gone last: it would refuse the next question too."""
        self.names.remove(name)
        self.names.append(name)

    def _send(self, name: str, said: list[Message], *, stream: bool) -> Any:
        try:
            answer = self._create(
                model=name, messages=said, stream=stream, max_completion_tokens=PART_TOKENS
            )
        except APIError as error:
            if code_of(error) == TOO_LONG:
                raise TooLongError(message_of(error)) from error
            raise
        if isinstance(answer, str):  # what the SDK makes of a 200 that is no JSON
            raise AssistantError("Something in between has answered in the place of the API.")
        return answer
