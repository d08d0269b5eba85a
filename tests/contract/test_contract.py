"""
The running server, judged by schemathesis: requests made from a description of the API.

The description is the server's own where a copy of it lies beside the checkout, else the one in
this folder. ``CEREBRAS_SLOW=full`` spends 2,000 requests and more on each, otherwise some 300.
"""

from __future__ import annotations

import json
import os
import runpy
from collections import Counter
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.scenario import Scenario

required = os.environ.get("REQUIRE_CONTRACT")
schemathesis = import_module("schemathesis") if required else pytest.importorskip("schemathesis")
jsonschema_rs = import_module("jsonschema_rs")  # comes with it

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[2] / "shared" / "contract" / "openapi.yml"
DESCRIPTION = PUBLISHED if PUBLISHED.exists() else HERE / "openapi.yaml"
# what the events of a stream are, in either description
CHUNKS = {"/v1/chat/completions": "ChatChunkResponse", "/v1/completions": "CompletionResponse"}
FRAMING = ("content-length", "transfer-encoding")  # a false one makes it no request at all
ERRORS = runpy.run_path(str(HERE / "description.py"))["ERRORS"]
FULL = os.environ.get("CEREBRAS_SLOW") == "full"
EACH = 150 if FULL else 15  # requests for each operation, edition and kind of request
ENOUGH = 1000 if FULL else 100  # for each edition
CHECKS = [
    getattr(import_module("schemathesis.specs.openapi.checks"), f"{name}_conformance")
    for name in ("content_type", "response_schema")
]
QUIET = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
pytestmark = pytest.mark.slow


def operations():
    """Return the operations that the description has; streams are read to their end."""
    schema = schemathesis.openapi.from_path(DESCRIPTION)
    schema.config.max_stream_events = 1_000_000
    return [found.ok() for found in schema.get_all_operations()]


def chunks():
    """Return validators of the events in the streams of each path."""
    components = yaml.safe_load(DESCRIPTION.read_text("utf-8"))["components"]
    return {
        path: jsonschema_rs.validator_for(
            {"$ref": f"#/components/schemas/{name}", "components": components}
        )
        for path, name in CHUNKS.items()
    }


@pytest.mark.parametrize(
    ("edition", "model"), [("guide", "llama3.1-8b"), ("2026-11", "gpt-oss-120b")]
)
def test_contract(edition, model):
    """Right and wrong requests are all answered by what the API's description says."""
    asked = Counter()
    validators = chunks()

    def ask(case, known, stream):
        case.headers = {k: v for k, v in case.headers.items() if k.lower() not in FRAMING}
        if known and isinstance(case.body, dict) and "model" in case.body:
            case.body |= {"model": model, "stream": stream}
        if known and "model_id" in case.path_parameters:
            case.path_parameters["model_id"] = model
        fields = {"authorization": "Bearer csk-1"}
        response = case.call(base_url=server.url, headers=fields, timeout=10)
        kind = response.headers["content-type"][0].partition(";")[0]
        asked[response.status_code, kind] += 1
        if kind == "text/event-stream":
            assert_stream(response, validators[case.operation.path])
        elif response.status_code == 200:
            case.validate_response(response, checks=CHECKS)
        else:
            assert_error(response, kind)

    with ThreadedServer(LiveEngine(Scenario("contract", edition=edition))) as server:
        for operation in operations():
            for mode in schemathesis.GenerationMode:
                cases = operation.as_strategy(generation_mode=mode)
                mostly = st.sampled_from([True] * 4 + [False])
                drawn = given(case=cases, known=mostly, stream=st.booleans())
                with suppress(Unsatisfiable):  # nothing about the request can be wrong
                    settings(max_examples=EACH, **QUIET)(drawn(ask))()
        assert server.live.crashes == []
    assert asked.total() >= ENOUGH
    assert asked[200, "application/json"] > 0
    print(edition, asked.total(), dict(asked))  # noqa: T201 (the figures, with -rP)


def assert_error(response, kind):
    """Check an error against the table of errors."""
    assert response.status_code in ERRORS
    kinds, schema = ERRORS[response.status_code]
    assert kind in kinds
    if kind.endswith("json"):
        jsonschema_rs.validate(schema, response.json())


def assert_stream(response, validator):
    """Check that a stream is events of the described type, and ``[DONE]``."""
    *events, done, rest = response.content.split(b"\n\n")
    assert (response.status_code, response.stream_cut_short) == (200, False)
    assert (done, rest) == (b"data: [DONE]", b"")
    assert events
    for event in events:
        validator.validate(json.loads(event.removeprefix(b"data: ")))
