"""
A chat assistant that keeps talking when the Cerebras API has a bad day.

    python assistant.py "Why is the sky blue?"

Without an argument, the assistant reads questions from standard input, one on each line.
``CEREBRAS_API_KEY`` holds the key, ``CEREBRAS_BASE_URL`` another address of the API, and
``ASSISTANT_MODELS`` the models to use, the best first.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cerebras.cloud.sdk import Cerebras
from conversation import Draft, Turn, messages, shortened
from models import Models
from patience import Patience
from problems import LOST, AssistantError, TooLongError

MODELS = "gpt-oss-120b,qwen-3.8-27b"
PARTS = 3  # requests for one long answer, at most
INCOMPLETE = " [answer incomplete]"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, the model that gave it, and whether the answer is complete."""

    text: str
    model: str
    complete: bool


class Assistant:
    """A conversation; ``turns`` has the questions and answers so far."""

    def __init__(
        self,
        client: Cerebras,
        *,
        models: Sequence[str] = (),
        patience: Patience | None = None,
    ) -> None:
        names = models or os.environ.get("ASSISTANT_MODELS", MODELS).split(",")
        self._models = Models(client, names, patience or Patience())
        self.turns: tuple[Turn, ...] = ()

    def ask(self, question: str) -> Reply:
        """Return the whole answer; raise AssistantError if there is none."""
        draft = Draft(question)
        for _ in range(PARTS):
            completion = self._complete(draft, stream=False)
            for choice in completion.choices or ():
                draft.add(choice.message.content, choice.finish_reason, completion.model)
            if not draft.cut_off:
                break
        return self._finished(draft)

    def stream(self, question: str) -> Iterator[str]:
        """Yield the answer piece by piece; an incomplete answer ends with a mark."""
        draft = Draft(question)
        for _ in range(PARTS):
            yield from self._streamed(draft)
            if draft.finish_reason is None and not draft.text:
                yield from self._streamed(draft)  # nothing was shown yet, so a user won't notice
            if not draft.cut_off:
                break
        if not self._finished(draft).complete:
            yield INCOMPLETE

    def _streamed(self, draft: Draft) -> Iterator[str]:
        """Yield the pieces that arrive; if the stream is cut, finish_reason stays None."""
        draft.finish_reason = None
        with self._complete(draft, stream=True) as chunks:
            try:
                for chunk in chunks:
                    for choice in chunk.choices or ():
                        draft.add(choice.delta.content, choice.finish_reason, chunk.model)
                        yield choice.delta.content or ""
            except LOST as error:
                log.warning("the connection was lost: %s", error)

    def _complete(self, draft: Draft, *, stream: bool) -> Any:
        """Send the conversation; leave out its oldest turns if it has become too long."""
        turns = self.turns
        while True:
            try:
                answer = self._models.complete(messages(turns, draft), stream=stream)
            except TooLongError as error:
                if not turns:
                    raise AssistantError(f"The question is too long: {error}") from error
                turns = shortened(turns, draft, str(error))
            else:
                self.turns = turns
                return answer

    def _finished(self, draft: Draft) -> Reply:
        """Return the answer, and remember it if it is complete."""
        complete = draft.finish_reason == "stop" and bool(draft.text)
        if complete:
            self.turns += (Turn(draft.question, draft.text),)
        return Reply(draft.text, draft.model, complete)


def main(arguments: Sequence[str]) -> None:
    """Answer the questions in the terminal, or exit with a sentence that says why not."""
    if not os.environ.get("CEREBRAS_API_KEY"):
        sys.exit("There is no key: set CEREBRAS_API_KEY.")
    questions = [" ".join(arguments)] if arguments else (line.strip() for line in sys.stdin)
    try:
        with Cerebras(timeout=30, warm_tcp_connection=False) as client:
            assistant = Assistant(client)
            for question in filter(None, questions):
                for piece in assistant.stream(question):
                    print(piece, end="", flush=True)
                print()
    except AssistantError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
