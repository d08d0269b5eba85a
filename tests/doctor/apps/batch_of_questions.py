"""A batch: the loop is over questions, not over attempts."""

import json
import sys
import time
from pathlib import Path

from cerebras.cloud.sdk import Cerebras, RateLimitError


def answers(questions):
    client = Cerebras()
    found = []
    for question in questions:
        try:
            answer = client.chat.completions.create(
                model="gpt-oss-120b",
                messages=[{"role": "user", "content": question}],
                max_completion_tokens=500,
            )
            found.append(answer.model_dump())
        except RateLimitError:
            time.sleep(60)
            found.append(None)
    return found


def best_of(question, models=("gpt-oss-120b", "qwen-3.8-27b")):
    client = Cerebras()
    for model in models:
        try:
            return client.chat.completions.create(
                model=model, messages=[{"role": "user", "content": question}]
            )
        except RateLimitError:
            time.sleep(1)
    return None


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(answers(Path(sys.argv[1]).read_text().splitlines())))
