"""
A ``server_error`` with a 400 ends the request, though the same works a moment later.

``_should_retry`` of cerebras-cloud-sdk 1.91.0 (_base_client.py) looks at the status only.
"""

from __future__ import annotations

import time

from cerebras.cloud.sdk import BadRequestError

from tests.corpus.apps.chat import body
from tests.corpus.apps.sdks import cerebras
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/elizaOS/eliza/issues/10122",
    scenario="server-error-as-400",
    rule="gave-up-at-once",
    package="cerebras-cloud-sdk 1.91.0",
)


def guilty(mock: Mock) -> object:
    return cerebras(mock).chat.completions.create(**body())


def fixed(mock: Mock) -> object:
    create = cerebras(mock).chat.completions.create
    try:
        return create(**body())
    except BadRequestError as error:
        if "server_error" not in str(error.body):
            raise
        time.sleep(0.5)
    return create(**body())
