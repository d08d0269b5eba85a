"""A node of a graph that tries again in a loop around a client that does so too."""

import os
import time

from openai import OpenAI, RateLimitError


def get_client():
    return OpenAI(  # found: no-timeout
        api_key=os.getenv("CEREBRAS_API_KEY"),
        base_url="https://api.cerebras.ai/v1",
    )


def expand(requirement: str) -> str:
    client = get_client()
    for attempt in range(3):
        try:
            answer = client.chat.completions.create(  # found: retries-around-retries
                model="gpt-oss-120b",
                messages=[{"role": "user", "content": requirement}],
                response_format={"type": "json_object"},
            )
            return answer.choices[0].message.content
        except RateLimitError:
            time.sleep(2**attempt)
    raise RuntimeError("no answer after three attempts")
