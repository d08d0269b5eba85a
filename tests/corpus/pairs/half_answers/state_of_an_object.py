"""A session of a chat stores in itself what came; fixed, only what is whole."""

from __future__ import annotations

from tests.corpus.apps.chat import events, pieces
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/NousResearch/hermes-agent/issues/67923",
    scenario="flat-error-in-stream",
    rule="half-answer",
    parameters={"after_tokens": 30},
)


class Session:
    """What an app keeps of a conversation."""

    def __init__(self) -> None:
        self.answers: list[str] = []

    def ask(self, mock: Mock, *, look: bool) -> None:
        """Ask by plain HTTP, and store the answer."""
        came = list(events(mock))
        if not look or came[-1].get("done"):
            self.answers.append("".join(map(pieces, came)))


def guilty(mock: Mock) -> object:
    session = Session()
    session.ask(mock, look=False)
    return session


def fixed(mock: Mock) -> object:
    session = Session()
    session.ask(mock, look=True)
    return session
