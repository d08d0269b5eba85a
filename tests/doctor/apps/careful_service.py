"""A service that does it right, from end to end."""

import asyncio
import logging
import os
from functools import cache

from cerebras.cloud.sdk import APIConnectionError, AsyncCerebras, RateLimitError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

log = logging.getLogger(__name__)


class CutError(RuntimeError):
    """The answer did not fit."""


@cache
def client() -> AsyncCerebras:
    return AsyncCerebras(timeout=20, max_retries=0)


@retry(
    retry=retry_if_exception_type((RateLimitError, APIConnectionError)),
    stop=stop_after_attempt(4),
    wait=wait_random_exponential(max=20),
)
async def ask(question: str) -> str:
    answer = await client().chat.completions.create(
        model=os.environ.get("CEREBRAS_MODEL", "gpt-oss-120b"),
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=800,
    )
    choice = answer.choices[0]
    if choice.finish_reason == "length":
        raise CutError(question)
    return choice.message.content


async def ask_all(questions: list[str]) -> list[str]:
    log.info("key set: %s", bool(os.environ.get("CEREBRAS_API_KEY")))
    return await asyncio.gather(*map(ask, questions))
