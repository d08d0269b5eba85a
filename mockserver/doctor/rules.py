"""The doctor's own rules: what works until something goes wrong, and what no request shows."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.verdicts.mistakes import Explanation

_ROWS = (
    # Python, and keys in any language
    Explanation(
        "key-in-code",
        "an API key is written into the code, where everybody who reads it can use it",
        'revoke the key, and read the new one from the environment: os.environ["CEREBRAS_API_KEY"]',
        "https://inference-docs.cerebras.ai/api-reference",
        "warning",
    ),
    Explanation(
        "key-printed",
        "the API key is written to the output or the log",
        'leave it out, or write whether it is set: bool(os.environ.get("CEREBRAS_API_KEY"))',
        "https://github.com/BerriAI/litellm/issues/612",
        "warning",
    ),
    Explanation(
        "host-in-code",
        "the address of the API is written into the code, so CEREBRAS_BASE_URL can't point the app "
        "at a mock, a proxy or a private endpoint",
        "leave base_url out: the SDK reads that variable, and knows the address without it",
        "https://github.com/Cerebras/cerebras-cloud-sdk-python#readme",
        "warning",
    ),
    Explanation(
        "client-at-import",
        "the client is made when the module is imported: without a key the import fails, and what "
        "a test sets later comes too late",
        "make it when it is first needed, in a function with @functools.cache",
        "https://github.com/brylie/langflow-fastapi-htmx/issues/19",
        "warning",
    ),
    Explanation(
        "no-timeout",
        "no timeout is set: {library} waits {waits}",
        "set one that your users would wait for, such as timeout=30",
        "https://github.com/openai/openai-python/issues/762",
        "warning",
    ),
    Explanation(
        "retries-around-retries",
        "{outer} sends the call again, and so does the client inside: each of its attempts is up "
        "to {attempts} requests",
        "let one of them retry: make the client with max_retries=0",
        "https://github.com/run-llama/llama_index/issues/13826",
        "warning",
    ),
    Explanation(
        "finish-reason-unread",
        "the answer is limited to {limit} tokens, and nothing here reads finish_reason: one that "
        "is cut off passes for a whole one",
        'check choices[0].finish_reason == "length" before the text is used',
        "https://github.com/agent0ai/agent-zero/issues/1836",
        "warning",
    ),
    Explanation(
        "no-token-limit",
        "no max_completion_tokens is set: {model} stops after {limit} tokens",
        "set max_completion_tokens to the longest answer that you need",
        "https://inference-docs.cerebras.ai/api-reference/chat-completions",
        "warning",
    ),
    Explanation(
        "error-swallowed",
        "every error of the call becomes an empty answer, and nothing tells of it: a wrong key "
        "looks like a model with nothing to say",
        "catch the errors that you expect, and let the others through: "
        "except (RateLimitError, APIConnectionError)",
        "https://github.com/OEvortex/llm4free/issues/126",
        "warning",
    ),
    Explanation(
        "sleep-blocks-loop",
        "time.sleep in an async function stops all other tasks for as long as it waits",
        "write await asyncio.sleep(...)",
        "https://docs.astral.sh/ruff/rules/blocking-sleep-in-async-function/",
        "warning",
    ),
    # the environment
    Explanation(
        "missing-certificates",
        "{variable} names a file that does not exist: {path}",
        "correct the path in {variable}, or unset it",
        "https://github.com/HKUDS/DeepTutor/pull/920",
        "error",
    ),
    Explanation(
        "unusable-proxy",
        "{variable} has a proxy with the scheme {scheme}://, which httpx and so both SDKs refuse",
        "write http://, https:// or socks5:// in {variable}",
        "https://github.com/MoonshotAI/kimi-cli/issues/404",
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
        "not-in-time",
        "{host} did not answer {request} within {seconds} s",
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
        "{host} answers {request} with {answer}",
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
