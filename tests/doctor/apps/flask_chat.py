"""A web app with a client of its module."""

import os

from cerebras.cloud.sdk import Cerebras
from flask import Flask, jsonify, request

app = Flask(__name__)
MODEL = "gpt-oss-120b"
client = Cerebras(api_key=os.environ.get("CEREBRAS_API_KEY"))  # found: client-at-import


def ask(question: str) -> str:
    answer = client.chat.completions.create(  # found: finish-reason-unread
        model=MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=400,
        temperature=0.3,
    )
    return answer.choices[0].message.content.strip()


@app.route("/ask", methods=["POST"])
def asked():
    return jsonify(answer=ask(request.json["question"]))


@app.route("/health")
def health():
    ping = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "ping"}], max_completion_tokens=1
    )
    return jsonify(ok=bool(ping.choices))
