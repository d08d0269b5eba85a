"""The doctor's own rules, for mistakes that appear late or that no request reveals."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.verdicts.mistakes import Explanation

_ROWS = (
    # rules for Python, and for keys in any language
    Explanation(
        "key-in-code",
        "an API key is written into the code, where everybody who sees the code can use it",
        'revoke the key, and read the new one from the environment: os.environ["CEREBRAS_API_KEY"]',
        "https://inference-docs.cerebras.ai/api-reference",
        "warning",
    ),
    Explanation(
        "key-printed",
        "the API key is written to the output or the log",
        "leave the key out, or print only whether it is set: "
        'bool(os.environ.get("CEREBRAS_API_KEY"))',
        "https://github.com/BerriAI/litellm/issues/612",
        "warning",
    ),
    Explanation(
        "host-in-code",
        "the address of the API is written into the code, so CEREBRAS_BASE_URL can't point the app "
        "at a mock, a proxy or a private endpoint",
        "leave base_url out, because the SDK reads that variable and defaults to the same address",
        "https://github.com/Cerebras/cerebras-cloud-sdk-python#readme",
        "warning",
    ),
    Explanation(
        "client-at-import",
        "the client is made when the module is imported, so the import fails without a key, and a "
        "test can't change the client's settings in time",
        "make the client when it is first needed, in a function with @functools.cache",
        "https://github.com/brylie/langflow-fastapi-htmx/issues/19",
        "warning",
    ),
    Explanation(
        "no-timeout",
        "no timeout is set, so {library} waits {waits}",
        "set a timeout that your users would accept, such as timeout=30",
        "https://github.com/openai/openai-python/issues/762",
        "warning",
    ),
    Explanation(
        "retries-around-retries",
        "{outer} retries the call, and the client itself retries as well, so each outer attempt "
        "sends up to {attempts} requests",
        "let only one of them retry, for example by making the client with max_retries=0",
        "https://github.com/run-llama/llama_index/issues/13826",
        "warning",
    ),
    Explanation(
        "finish-reason-unread",
        "the answer is limited to {limit} tokens, and nothing here reads finish_reason, so a "
        "cut-off answer passes for a whole one",
        'check choices[0].finish_reason == "length" before the text is used',
        "https://github.com/agent0ai/agent-zero/issues/1836",
        "warning",
    ),
    Explanation(
        "no-token-limit",
        "no max_completion_tokens is set, so {model} stops after {limit} tokens",
        "set max_completion_tokens to the longest answer that you need",
        "https://inference-docs.cerebras.ai/api-reference/chat-completions",
        "warning",
    ),
    Explanation(
        "error-swallowed",
        "every error of the call silently becomes an empty answer, so even a wrong key looks like "
        "a model with nothing to say",
        "catch only the errors that you expect, for example with "
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
        "{variable} has a proxy with the scheme {scheme}://, which httpx and therefore both SDKs "
        "refuse",
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
        "{variable} holds a key that begins with csk-, as Cerebras keys do",
        "put the key in CEREBRAS_API_KEY",
        "https://inference-docs.cerebras.ai/quickstart",
        "warning",
    ),
    # rules that only --live can apply
    Explanation(
        "key-unset",
        "CEREBRAS_API_KEY is not set, so no request can be sent",
        "set CEREBRAS_API_KEY to a key from https://cloud.cerebras.ai",
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
        "use one of the account's models: {models}",
        "https://inference-docs.cerebras.ai/api-reference/models/list-models",
        "error",
    ),
    Explanation(
        "at-its-limit",
        "the key is at its rate limit now: {answer}",
        "wait, or send fewer requests at once",
        "https://inference-docs.cerebras.ai/support/rate-limits",
        "warning",
    ),
    Explanation(
        "api-error",
        "{host} answers {request} with {answer}",
        "look up the answer at https://inference-docs.cerebras.ai/support/error; {status}",
        "https://inference-docs.cerebras.ai/support/error",
        "error",
    ),
    Explanation(
        "incident",
        "the status page reports: {says}",
        "wait until the incident is over; see https://status.cerebras.ai",
        "https://status.cerebras.ai",
        "warning",
    ),
)
RULES: Mapping[str, Explanation] = {one.name: one for one in _ROWS}
"""The rules by name. Words in braces are placeholders for details of a finding."""


def explained(name: str, **facts: object) -> Explanation:
    """Return a rule with its placeholders filled in."""
    rule = RULES[name]
    what, fix = rule.what.format(**facts), rule.fix.format(**facts)
    return Explanation(name, what, fix, rule.source, rule.severity)
