"""The doctor's own rules: what works until something goes wrong, and what no request shows."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.verdicts.mistakes import Explanation

_ROWS = (
    Explanation(
        "key-in-code",
        "an API key is written into the code, where everybody who reads it can use it",
        'revoke the key, and read the new one from the environment: os.environ["CEREBRAS_API_KEY"]',
        "https://inference-docs.cerebras.ai/api-reference",
        "warning",
    ),
    # the environment
    Explanation(
        "missing-certificates",
        "{variable} names a file that does not exist: {path}",
        "correct the path in {variable}, or unset it",
        "https://github.com/Aider-AI/aider/issues/3710",
        "error",
    ),
    Explanation(
        "unusable-proxy",
        "{variable} has a proxy with the scheme {scheme}://, which httpx and so both SDKs refuse",
        "write http://, https:// or socks5:// in {variable}",
        "https://github.com/OpenHands/OpenHands/issues/1048",
        "error",
    ),
    Explanation(
        "proxied-loopback",
        "requests to {host}, which is this machine, go to the proxy in {variable} first",
        "add {host} to NO_PROXY",
        "https://github.com/NousResearch/hermes-agent/pull/5834",
        "warning",
    ),
    Explanation(
        "key-of-cerebras",
        "{variable} holds a key that begins with csk-, as those of Cerebras do",
        "put it in CEREBRAS_API_KEY",
        "https://inference-docs.cerebras.ai/quickstart",
        "warning",
    ),
    # what only --live finds
    Explanation(
        "key-unset",
        "CEREBRAS_API_KEY is not set, so nothing can be asked",
        "set it to a key of https://cloud.cerebras.ai",
        "https://inference-docs.cerebras.ai/quickstart",
        "error",
    ),
    Explanation(
        "unreachable",
        "{host} can't be reached: {why}",
        "check the network, its proxy and the host's name; {status}",
        "https://status.cerebras.ai",
        "error",
    ),
    Explanation(
        "no-answer",
        "{host} did not answer {asked} within {seconds} s",
        "check the network and its proxy; {status}",
        "https://status.cerebras.ai",
        "error",
    ),
    Explanation(
        "key-refused",
        "{host} refuses the key in CEREBRAS_API_KEY: {answer}",
        "make a new key at https://cloud.cerebras.ai",
        "https://inference-docs.cerebras.ai/support/error",
        "error",
    ),
    Explanation(
        "model-refused",
        "this account can't use the model {model}",
        "use one that it has: {models}",
        "https://inference-docs.cerebras.ai/api-reference/models/list-models",
        "error",
    ),
    Explanation(
        "at-its-limit",
        "the key is at its rate limit now: {answer}",
        "wait, or send less at once",
        "https://inference-docs.cerebras.ai/support/rate-limits",
        "warning",
    ),
    Explanation(
        "api-error",
        "{host} answers {asked} with {answer}",
        "look the answer up in https://inference-docs.cerebras.ai/support/error; {status}",
        "https://inference-docs.cerebras.ai/support/error",
        "error",
    ),
    Explanation(
        "incident",
        "the status page says: {says}",
        "wait until it is over: https://status.cerebras.ai",
        "https://status.cerebras.ai",
        "warning",
    ),
)
RULES: Mapping[str, Explanation] = {one.name: one for one in _ROWS}
"""By name. Words in braces are filled in by whoever finds it."""


def explained(name: str, **facts: object) -> Explanation:
    """Return a rule with its facts filled in."""
    rule = RULES[name]
    what, fix = rule.what.format(**facts), rule.fix.format(**facts)
    return Explanation(name, what, fix, rule.source, rule.severity)
