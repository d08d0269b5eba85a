"""The part of the app that streams, and never asks how an answer ends."""

import httpx
from cerebras.cloud.sdk import Cerebras, CerebrasError

SORRY = "Sorry, I can't answer that now."


def joins_what_came(question):
    asked = [{"role": "user", "content": question}]
    text = ""
    try:
        with Cerebras(timeout=30, max_retries=0, warm_tcp_connection=False) as client:
            create = client.chat.completions.create
            for chunk in create(model="gpt-oss-120b", messages=asked, stream=True):  # 4
                for choice in chunk.choices or ():
                    text += choice.delta.content or ""
    except (CerebrasError, httpx.HTTPError, ValueError):
        return SORRY
    return text or SORRY
