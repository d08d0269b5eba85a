"""Tries some models in turn until one answers."""

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

PART_TOKENS = 1024  # the rate limit counts this number, so ask for no more than needed

log = logging.getLogger(__name__)


class Models:
    """The models to ask, the best first."""

    def __init__(self, client: Cerebras, names: Sequence[str], patience: Patience) -> None:
        # Patience retries, so the SDK must not. A copied client must not warm up again.
        client = client.with_options(max_retries=0, warm_tcp_connection=False)
        self._create: Any = client.chat.completions.create
        self._patience = patience
        self.names = list(names)

    def complete(self, said: list[Message], *, stream: bool) -> Any:
        """Return a completion, or its chunks; raise AssistantError if no model answers."""
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
        """Move a model that is gone to the end, because it would refuse the next question too."""
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
        if isinstance(answer, str):  # the SDK returns the text of a 200 that is not JSON
            raise AssistantError("Something other than the API has answered.")
        return answer
