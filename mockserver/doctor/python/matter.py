"""What the rules look at: a file with its clients and their calls."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from mockserver.api.contract.edition import Edition
from mockserver.verdicts.mistakes import Explanation

from .clients import Chat, MadeClient, chats, clients
from .posts import Post, posts
from .source import Source

Noticed: TypeAlias = tuple[ast.expr | ast.stmt, Explanation]
"""What is wrong, and where it stands."""


@dataclass(frozen=True)
class Matter:
    """A file, and the state of the API that it is looked at by."""

    source: Source
    edition: Edition

    @cached_property
    def clients(self) -> list[MadeClient]:
        """The clients that the file makes."""
        return clients(self.source)

    @cached_property
    def chats(self) -> list[Chat]:
        """The calls of chats that go to this API, or to a gateway that passes for it."""
        return [one for one in chats(self.source, self.clients) if one.client.is_ours]

    @cached_property
    def posts(self) -> list[Post]:
        """The requests to the real API without a client library."""
        return list(posts(self.source))
