"""Everything goes through a gateway, which knows the time-outs, the models and the keys."""

import os

from cerebras.cloud.sdk import Cerebras
from openai import OpenAI

GATEWAY = "https://gateway.example.com/cerebras/v1"
direct = OpenAI(base_url=GATEWAY, api_key="local")


def ask(question):
    answer = direct.chat.completions.create(
        model="cerebras/llama-3.3-70b",
        messages=[{"role": "user", "content": question}],
        max_tokens=400,
    )
    return answer.choices[0].message.content


def of_our_own(question):
    client = Cerebras(base_url=os.environ["INFERENCE_URL"], api_key="none")
    try:
        return client.chat.completions.create(model="our-own-7b", messages=question)
    except Exception:
        return ""  # found: error-swallowed
