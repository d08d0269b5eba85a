"""A fallback over three vendors, two of them with the same library."""

import os

import requests
from openai import OpenAI

GROQ = OpenAI(api_key=os.getenv("GROQ_API_KEY", "none"), base_url="https://api.groq.com/openai/v1")


def ask_groq(messages):
    answer = GROQ.chat.completions.create(
        model="llama-3.3-70b-versatile", messages=messages, max_tokens=200
    )
    return answer.choices[0].message.content


def ask_cerebras(messages):
    answer = requests.post(  # found: no-timeout
        "https://api.cerebras.ai/v1/chat/completions",
        headers={"Authorization": f"Bearer {os.getenv('CEREBRAS_API_KEY')}"},
        json={"model": "gpt-oss-120b", "messages": messages, "max_tokens": 200},
    )
    answer.raise_for_status()
    return answer.json()["choices"][0]["message"]["content"]


def ask_mistral(messages):
    answer = requests.post(
        "https://api.mistral.ai/v1/chat/completions",
        headers={"Authorization": f"Bearer {os.getenv('MISTRAL_API_KEY')}"},
        json={"model": "mistral-small-latest", "messages": messages},
    )
    return answer.json()["choices"][0]["message"]["content"]


def ask(messages):
    for one in (ask_groq, ask_cerebras, ask_mistral):
        try:
            return one(messages)
        except Exception:
            continue
    return None
