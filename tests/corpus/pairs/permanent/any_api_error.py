"""
A key that was refused is refused twice more.

The wrapper of litellm 1.110.2 (litellm/utils.py) hands each ``openai.APIError`` to
``completion_with_retries``, and a refused key is one.
"""

from __future__ import annotations

from cerebras.cloud import sdk

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/autohandai/code-cli/issues/439",
    scenario="wrong-key",
    rule="permanent-error-retried",
    package="litellm 1.110.2",
)


def ask(mock: Mock, ends: tuple[type[Exception], ...]) -> object:
    create = cerebras(mock, max_retries=0).chat.completions.create
    for _ in range(2):
        try:
            return create(**body())
        except ends:
            raise
        except sdk.APIError:
            continue
    return create(**body())


def guilty(mock: Mock) -> object:
    return ask(mock, ends=())


def fixed(mock: Mock) -> object:
    return ask(mock, ends=(sdk.AuthenticationError, sdk.PermissionDeniedError))
