"""The input of the rules: a file, with its clients and their calls."""

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
"""The node of a mistake, and the explanation."""


@dataclass(frozen=True)
class Matter:
    """A file, and the edition of the API with which the file is compared."""

    source: Source
    edition: Edition

    @cached_property
    def clients(self) -> list[MadeClient]:
        """The clients that the file makes."""
        return clients(self.source)

    @cached_property
    def chats(self) -> list[Chat]:
        """The chat calls to this API, or to a gateway in its place."""
        return [one for one in chats(self.source, self.clients) if one.client.is_ours]

    @cached_property
    def posts(self) -> list[Post]:
        """The requests that the file sends to the real API without a client library."""
        return list(posts(self.source))
