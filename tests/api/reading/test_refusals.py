import json
from dataclasses import replace
from typing import get_args

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.edition_settings import Check, Validation
from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.problems import problems
from mockserver.api.reading.refusals import CHECKS, examine
from mockserver.api.reading.validation import validate

TODAY = editions.load("2026-11").models
OSS, QWEN = TODAY["gpt-oss-120b"], TODAY["qwen-3.8-27b"]
GEMMA = replace(QWEN, reasoning_formats=("none", "parsed", "text_parsed"))
OLD = replace(OSS, lacks=("named_tool_choice", "strict_tools", "sequential_tool_calls"))
HI = {"role": "user", "content": "hi"}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "tool_calls": [CALL]}
RESULT = {"role": "tool", "content": "x", "tool_call_id": "1"}
FOLLOWED = {"type": "object", "properties": {}, "additionalProperties": False}
OBJECT = {"response_format": {"type": "json_object"}}
NAMED = {"type": "function", "function": {"name": "Steps"}}
URL = {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}
NO_IMAGE = {"type": "image", "image": "data:image/png;base64,AAAA"}


def tool(name="f", **keys):
    return {"type": "function", "function": {"name": name, **keys}}


def tools(*given, **keys):
    return {"tools": list(given or [tool()]), **keys}


def said(*messages):
    return {"messages": list(messages)}


def schema(strict, value=None):
    named = {
        "name": "s",
        "strict": strict,
        "schema": {"type": "object"} if value is None else value,
    }
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def refusal(fragment, model=OSS, how=None):
    body = {"model": "m", "messages": [HI]} | fragment
    valid = validate("chat", json.dumps(body).encode())
    with pytest.raises(RefusalError) as refused:
        examine(valid, model, how or Validation())
    return refused.value


REFUSED = [
    ({"n": 2}, OSS, "n_greater_than_1", None),
    ({"n": 129}, OSS, "n_greater_than_128", None),
    ({"n": 10**40}, OSS, "n_greater_than_128", None),
    ({"max_tokens": 5, "max_completion_tokens": 5}, OSS, "two_token_limits", None),
    ({"max_tokens": -1, "max_completion_tokens": 0}, OSS, "two_token_limits", None),
    ({"reasoning_effort": "none"}, OSS, "reasoning_effort_unsupported", "'none'"),
    ({"reasoning_format": "raw"}, GEMMA, "reasoning_format_unsupported", "'raw'"),
    (said(RESULT), OSS, "orphan_tool", None),
    (said(HI, {"role": "assistant", "content": "x"}, RESULT), OSS, "orphan_tool", None),
    (said(HI, {"role": "assistant", "tool_calls": []}, RESULT), OSS, "orphan_tool", None),
    (said(RESULT, CALLING), OSS, "orphan_tool", None),
    (said({"role": "user", "content": [URL]}), OSS, "images_unsupported", None),
    (said({"role": "user", "content": [URL] * 6}), QWEN, "too_many_images", 5),
    (said({"role": "user", "content": [URL]}), QWEN, "image_by_url", None),
    (said({"role": "user", "content": [NO_IMAGE]}), QWEN, "image_format", None),
    (OBJECT | {"stream": True}, OSS, "json_object_stream", None),
    ({"tool_choice": "none"}, OSS, "tool_choice_without_tools", None),
    ({"tool_choice": "auto", "tools": []}, OSS, "tool_choice_without_tools", None),
    (tools(tool_choice=NAMED), OLD, "tool_choice_named_2025", "'Steps'"),
    (tools() | OBJECT, OSS, "tools_plus_response_format", None),
    (tools() | schema(strict=False), OSS, "tools_plus_response_format", None),
    (tools(tool(strict=True), tool("g")), OSS, "mixed_strict", None),
    (tools(tool(strict=False), tool("g", strict=True)), OSS, "mixed_strict", None),
    (tools(tool(strict=True)), OLD, "strict_unsupported", None),
    (tools(parallel_tool_calls=False), OLD, "parallel_tool_calls_unsupported", None),
    (tools(tool("files.read")), OSS, "tool_name_grammar", None),
    (schema(strict=True), OSS, "schema_object_without_properties", None),
    (
        tools(tool(strict=True, parameters={"type": "object", "properties": {}})),
        OSS,
        "schema_additional_properties",
        None,
    ),
]
BEFORE = {"n_greater_than_128": ("n_greater_than_1",)}  # what must be waived to come to it
ACCEPTED = [
    ({}, OSS),
    ({"n": 1}, OSS),
    ({"n": None}, OSS),
    ({"max_tokens": 5, "max_completion_tokens": None}, OSS),
    ({"reasoning_effort": "low"}, OSS),
    ({"reasoning_effort": "none"}, QWEN),
    ({"reasoning_effort": "none"}, replace(OSS, reasoning_efforts=())),
    ({"reasoning_format": "raw"}, OSS),
    ({"reasoning_format": "parsed"}, GEMMA),
    (said(HI, CALLING, RESULT, RESULT, HI), OSS),
    (OBJECT, OSS),
    ({"stream": True, "response_format": {"type": "text"}}, OSS),
    ({"tool_choice": None}, OSS),
    (tools(tool_choice="required"), OLD),
    (tools(tool_choice=NAMED), OSS),
    (tools(response_format={"type": "text"}), OSS),
    (tools(response_format=None), OSS),
    ({"tools": []} | OBJECT, OSS),
    (tools(tool(strict=False), tool("g"), tool("h", strict=None)), OLD),
    (tools(tool(strict=True, parameters=FOLLOWED)), OSS),
    (tools(tool(strict=True)), OSS),
    (tools(tool(parameters={"type": "object"})), OSS),
    (tools(parallel_tool_calls=True), OLD),
    (schema(strict=False), OSS),
    (schema(strict=True, value=FOLLOWED), OSS),
]


def test_table_is_complete():
    """Each check can be waived by its name, is tried here, and leads to a problem."""
    assert {*CHECKS, "schemas", "tool_schemas"} == set(get_args(Check))
    assert set(CHECKS) <= {row[2] for row in REFUSED}
    assert set(CHECKS) <= set(problems())


@pytest.mark.parametrize(("fragment", "model", "problem", "reason"), REFUSED)
def test_refused(fragment, model, problem, reason):
    """What the API or the model cannot do is refused by name."""
    refused = refusal(fragment, model, Validation(waives=BEFORE.get(problem, ())))
    assert refused.problem == problem
    assert refused.facts == ({} if reason is None else {"reason": reason})


@pytest.mark.parametrize(("fragment", "model"), ACCEPTED)
def test_accepted(fragment, model):
    """What the documentation allows is not refused."""
    body = {"model": "m", "messages": [HI]} | fragment
    examine(validate("chat", json.dumps(body).encode()), model, Validation())


@pytest.mark.parametrize(("fragment", "model", "problem"), [row[:3] for row in REFUSED])
def test_waived(fragment, model, problem):
    """What an edition waives is not looked at."""
    schemas = "tool_schemas" if "tools" in fragment else "schemas"
    waived = (problem if problem in CHECKS else schemas, *BEFORE.get(problem, ()))
    body = {"model": "m", "messages": [HI]} | fragment
    valid = validate("chat", json.dumps(body).encode())
    images = ("too_many_images", "image_by_url", "image_format")
    examine(valid, model, Validation(waives=(*waived, *images)))


@pytest.mark.parametrize(
    ("fragment", "waived"),
    [
        (schema(strict=True), "tool_schemas"),
        (tools(tool(strict=True, parameters={"type": "object"})), "schemas"),
    ],
)
def test_waived_apart(fragment, waived):
    """To waive the schemas of tools says nothing of that of the answer, and the reverse."""
    assert refusal(fragment, how=Validation(waives=(waived,))).problem.startswith("schema_")


@pytest.mark.parametrize("n", [2, 128])
def test_several_answers(n):
    """Where several answers are taken there may be 128 of them."""
    examine({"messages": [HI], "n": n}, OSS, Validation(waives=("n_greater_than_1",)))


@pytest.mark.parametrize(
    ("fragment", "status"),
    [
        ({"n": 2}, None),
        (said(RESULT), None),
        (tools(tool(strict=True), tool("g")), 422),
        (schema(strict=True), 422),
    ],
)
def test_status(fragment, status):
    """Of what was quoted from before 2026-04-24, strictness was refused with a 422."""
    assert refusal(fragment, how=Validation(status=422)).status == status


def test_text_completions():
    """Text completions are examined too."""
    with pytest.raises(RefusalError, match="n_greater_than_1"):
        examine({"model": "m", "prompt": "hi", "n": 2}, OSS, Validation())
    examine({"model": "m", "prompt": "hi"}, OSS, Validation())
