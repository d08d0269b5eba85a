"""The schemas for editors: whole, as shipped, and of one mind with the loaders."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft7Validator

from mockserver.api.contract import editions
from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.api.contract.problems import problems
from mockserver.core.documents import Document
from mockserver.core.errors import MockServerError
from mockserver.faults import FAULTS
from mockserver.scenario import parse, schemas
from mockserver.scenario.parameters import Automatic

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "scenario": ROOT / "scenarios",
    "edition": ROOT / "mockserver/api/contract/shipped_editions",
}
LOADERS = {"scenario": parse, "edition": editions.parse}
SHIPPED = [
    pytest.param(kind, path, id=f"{kind}-{path.stem}")
    for kind, folder in FOLDERS.items()
    for path in sorted(folder.glob("*.yaml"))
]
every_kind = pytest.mark.parametrize("kind", list(schemas.TYPES))

PERIOD = "{minute: 1, hour: 2, day: 3}"
WHOLE = f"""\
name: alone
description: It extends nothing.
date: 2026-01-01
models: {{m: {{context: 10, max_output: 5, speed: 1}}}}
tiers: {{t: {{requests: {PERIOD}, tokens: {PERIOD}}}}}
default_tier: t
"""


@pytest.fixture(scope="module")
def mistakes():
    """Return what a schema finds in a text, as an editor would see it."""
    checker = Draft7Validator.FORMAT_CHECKER
    validators = {
        kind: Draft7Validator(schemas.schema_of(kind), format_checker=checker)
        for kind in schemas.TYPES
    }

    def found(kind, text):
        data = Document(text, source=kind).data
        return [error.message for error in validators[kind].iter_errors(data)]

    return found


def rule(text):
    return f"name: x\nrules:\n- {text}\n"


def fault(text):
    return rule(f"faults: [{text}]")


def ours(text):
    return f"extends: guide\n{text}\n"


@every_kind
def test_shipped_schema(kind):
    """The file beside the shipped ones is what the types give now."""
    path = FOLDERS[kind] / f"{kind}.schema.json"
    assert path.read_text("utf-8") == schemas.text_of(kind), (
        f"python -m mockserver schema {kind} > {path.relative_to(ROOT)}"
    )


@every_kind
def test_meta_schema(kind):
    """It is a schema of draft 7, and has no word of a later one."""
    Draft7Validator.check_schema(schemas.schema_of(kind))
    assert "prefixItems" not in schemas.text_of(kind)


@pytest.mark.parametrize(("kind", "path"), SHIPPED)
def test_shipped_files(mistakes, kind, path):
    """Each shipped file names its schema in the first line, and fits it."""
    text = path.read_text("utf-8")
    modeline = f"# yaml-language-server: $schema=./{kind}.schema.json"
    assert text.splitlines()[0] == modeline
    assert mistakes(kind, text) == []


@every_kind
def test_descriptions(kind):
    """Each key is explained, where it stands or where it leads."""
    schema = schemas.schema_of(kind)
    for mapping in (schema, *schema["$defs"].values()):
        for key, value in mapping.get("properties", {}).items():
            target = schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            assert value.get("description") or target.get("description"), key
            assert "``" not in str(value)


@every_kind
def test_no_other_keys(kind):
    """No mapping takes a key that it does not name."""
    schema = schemas.schema_of(kind)
    named = [one for one in (schema, *schema["$defs"].values()) if "properties" in one]
    assert len(named) > 5
    assert all(mapping["additionalProperties"] is False for mapping in named)


def test_description():
    """A key is explained by the sentences that name it, its class by those that name no key."""
    model = schemas.schema_of("edition")["$defs"]["Model"]
    assert model["description"] == "One model as an edition serves it."
    assert (
        model["properties"]["max_output"]["description"]
        == "`max_output`: the longest completion, in tokens."
    )


def test_names():
    """Faults, problems, endpoints, checks and editions are enumerated."""
    scenario, edition = (schemas.schema_of(kind)["$defs"] for kind in ("scenario", "edition"))
    entry = scenario["FaultEntry"]
    assert list(entry["properties"]) == list(FAULTS)
    assert (entry["minProperties"], entry["maxProperties"]) == (1, 1)
    assert scenario["ErrorEvent"]["properties"]["problem"]["anyOf"][0]["enum"] == list(problems())
    assert scenario["Match"]["properties"]["endpoint"]["anyOf"][0]["enum"] == list(ENDPOINTS)
    assert "schemas" in edition["Validation"]["properties"]["waives"]["items"]["enum"]
    extends = schemas.schema_of("edition")["properties"]["extends"]["anyOf"][0]
    assert extends["anyOf"][0]["enum"] == editions.names()


def test_placeholders():
    """A parameter may stand for a value, and needs no leave where any text is right."""
    scenario = schemas.schema_of("scenario")
    here = {"$ref": "#/$defs/Placeholder"}
    assert here in scenario["properties"]["seed"]["anyOf"]
    at = scenario["$defs"]["Schedule"]["properties"]["at"]["anyOf"]
    assert here in at
    assert here in at[0]["items"]["anyOf"]
    assert scenario["$defs"]["Match"]["properties"]["model"]["anyOf"] == [
        {"type": "string"},
        {"type": "null"},
    ]
    assert "Placeholder" not in str(schemas.schema_of("edition"))


def test_defaults():
    """Defaults are written as in YAML; what cannot be written has none."""
    window = schemas.schema_of("scenario")["$defs"]["Window"]["properties"]
    assert window["after"]["default"] == "0s"
    assert "default" not in window["for"]
    assert "default" not in window["repeat"]


RIGHT = [
    ("scenario", "name: x"),
    ("scenario", "name: x\nedition: 2026-11\ntier: null"),
    ("scenario", fault("cut: {}")),
    ("scenario", fault("latency: {delay: 1.5m, jitter: 250ms}")),
    ("scenario", fault("error: {status: 503, retry_after: null, headers: {x-a: b}}")),
    ("scenario", rule("schedule: {at: [1, 2], probability: 1, window: {after: 1s, for: 2s}}")),
    ("scenario", rule("reply: {json: [1, {a: null}], tool_calls: [{name: a, arguments: '{'}]}")),
    ("scenario", "extends: burst-503"),
    ("scenario", "name: x\nparameters: {n: 2, any: [1, {a: b}]}\nseed: ${n}"),
    ("scenario", rule("match: {messages: 2, tools: get, attempt: {min: 2}, headers: {a: null}}")),
    ("scenario", rule("match: {tools: true, json: {$.a: null}, key: csk-*, not: {stream: true}}")),
    ("scenario", rule("schedule: {after: 1, any: [{first: 2}, {not: {every: 3}}], all: [{}]}")),
    ("scenario", rule("count_by: call\n  state: {requires: start, sets: a}")),
    ("scenario", rule("sequence: [{reply: {text: a}}, pass, {cut: {}, drip: {every: 1s}}]")),
    ("scenario", rule("sequence: [{reply: {echo: true}, no_done: {}}]\n  then: repeat")),
    ("scenario", "parameters: {t: stay}\n" + rule("sequence: [pass]\n  then: '${t}'")),
    ("scenario", rule("match: {method: get}")),
    ("scenario", rule("match: {method: [GET, Post]}")),
    ("scenario", "parameters: {m: get}\n" + rule("match: {method: '${m}'}")),
    ("scenario", "name: x\nlimits: [{window: {for: 5s}, requests_per_second: 5}]"),
    ("scenario", "name: x\nexpect: Waits.\ntags: [a, b-2]"),
    (
        "scenario",
        "parameters: {n: 1, t: 2s, l: [1]}\n"
        + rule("schedule: {first: '${n}', at: '${l}', window: {after: '${n}s', for: '${t}'}}"),
    ),
    ("scenario", "parameters: {n: 1}\n" + rule("schedule: {at: [2, '${n}']}")),
    ("edition", WHOLE),
    ("edition", ours("")),
    ("edition", ours("date: 2027-01-01\nmodels: {gpt-oss-120b: {retired: 2026-12-31}}")),
    ("edition", ours("tiers: {free: {requests: {minute: 1}}}")),
    (
        "edition",
        ours("models: {gpt-oss-120b: {price: {prompt: 1, cached: 0.5}, windows: {free: 9}}}"),
    ),
    ("edition", ours("headers: {cookie: null, limits: [tokens-day], resets: true}")),
    ("edition", ours("limits: {overload_headers: {x-should-retry: 'true'}}")),
]
WRONG = [
    ("scenario", "description: no name"),
    ("scenario", "name: ''"),
    ("scenario", "name: x\nversion: 2"),
    ("scenario", "name: x\nsede: 1"),
    ("scenario", "name: x\nedition: gide"),
    ("scenario", "name: x\nrules: {name: y}"),
    ("scenario", "name: x\ncontext: 0"),
    ("scenario", "name: x\nspent: {requests: -1}"),
    ("scenario", rule("match: {modle: a}")),
    ("scenario", rule("match: {method: gte}")),
    ("scenario", rule("match: {method: []}")),
    ("scenario", rule("match: {method: [GET, 3]}")),
    ("scenario", rule("match: {endpoint: chats}")),
    ("scenario", rule("match: {prompt: hello}")),
    ("scenario", rule("schedule: {first: 0}")),
    ("scenario", rule("schedule: {first: true}")),
    ("scenario", rule("schedule: {first: '2'}")),
    ("scenario", rule("schedule: {probability: true}")),
    ("scenario", rule("schedule: {probability: 20}")),
    ("scenario", rule("schedule: {window: {until: 1s}}")),
    ("scenario", rule("reply: {tool_calls: [{arguments: {}}]}")),
    ("scenario", fault("{}")),
    ("scenario", fault("cut")),
    ("scenario", fault("cut: null")),
    ("scenario", fault("cuts: {}")),
    ("scenario", fault("{cut: {}, truncate: {tokens: 1}}")),
    ("scenario", fault("truncate: {}")),
    ("scenario", fault("error: {}")),
    ("scenario", fault("error: {message: hi}")),
    ("scenario", fault("error: {problem: wrong_api_ky}")),
    ("scenario", fault("error: {status: 99}")),
    ("scenario", fault("latency: {delay: 5}")),
    ("scenario", fault("latency: {delay: 5 s}")),
    ("scenario", fault("latency: {delay: 5sec}")),
    ("scenario", "seed: 3\nparameters: {}"),
    ("scenario", "name: x\nextends: [a]"),
    ("scenario", "name: x\ntags: [With Spaces]"),
    ("scenario", "name: x\nlimits: [{requests_per_second: 0}]"),
    ("scenario", "name: x\nlimits: [{requests_per_week: 9}]"),
    ("scenario", rule("match: {messages: many}")),
    ("scenario", rule("match: {messages: {least: 1}}")),
    ("scenario", rule("match: {tools: 3}")),
    ("scenario", rule("match: {not: {modle: a}}")),
    ("scenario", rule("schedule: {any: {first: 1}}")),
    ("scenario", rule("schedule: {first: '$n'}")),
    ("scenario", rule("count_by: session")),
    ("scenario", rule("state: {needs: a}")),
    ("scenario", rule("sequence: [no_done]")),
    ("scenario", rule("sequence: [{}]")),
    ("scenario", rule("sequence: []")),
    ("scenario", rule("sequence: pass")),
    ("scenario", rule("sequence: [{status: 503}]")),
    ("scenario", rule("sequence: [pass]\n  then: loop")),
    ("scenario", rule("schedule: {first: no}")),
    ("scenario", fault("error: {status: '503'}")),
    ("scenario", fault("error: {status: 600}")),
    ("scenario", fault("tamper: {at: '3'}")),
    ("scenario", rule("match: {stream: no}")),
    ("scenario", rule("match: {stream: 'true'}")),
    ("edition", ours("date: 20270101")),
    ("edition", "name: alone"),
    ("edition", WHOLE.replace("default_tier: t", "extends: null")),
    ("edition", WHOLE.replace("speed: 1", "owner: Me")),
    ("edition", WHOLE.replace("day: 3", "hours: 3")),
    ("edition", WHOLE.replace(", day: 3", "", 1)),
    ("edition", "extends: gide"),
    ("edition", ours("revivd: []")),
    ("edition", ours("date: tomorrow")),
    ("edition", ours("models: [gpt-oss-120b]")),
    ("edition", ours("models: {gpt-oss-120b: null}")),
    ("edition", ours("models: {gpt-oss-120b: {contxt: 1}}")),
    ("edition", ours("models: {gpt-oss-120b: {context: -4}}")),
    ("edition", ours("models: {gpt-oss-120b: {retired: soon}}")),
    ("edition", ours("models: {gpt-oss-120b: {price: ['0.00000035', '0.00000075']}}")),
    ("edition", ours("models: {gpt-oss-120b: {price: {prompt: -1}}}")),
    ("edition", ours("models: {gpt-oss-120b: {price: {prompt: '1'}}}")),
    ("edition", ours("models: {gpt-oss-120b: {price: {output: 1}}}")),
    ("edition", ours("models: {gpt-oss-120b: {lacks: [tools]}}")),
    ("edition", ours("tiers: {free: {requests: {minute: 0}}}")),
    ("edition", ours("bodies: {usage: [tokens]}")),
    ("edition", ours("headers: {limits: [requests-second]}")),
    ("edition", ours("headers: {transport_security: ü}")),
    ("edition", ours("limits: {reserves: nothing}")),
    ("edition", ours("limits: {overload_headers: {'x y': z}}")),
    ("edition", ours("validation: {status: 200}")),
    ("edition", ours("validation: {waives: [nonsense]}")),
]


@pytest.mark.parametrize(("kind", "text"), RIGHT)
def test_right(mistakes, kind, text):
    """What a loader takes, its schema takes."""
    LOADERS[kind](text)
    assert mistakes(kind, text) == []


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_wrong(mistakes, kind, text):
    """What a loader refuses for its form, its schema refuses."""
    with pytest.raises(MockServerError):
        LOADERS[kind](text)
    assert mistakes(kind, text)


def test_automatic_values():
    """The schema offers each way in which a default can be chosen."""
    offered = schemas.schema_of("scenario")["$defs"]["Automatic"]["properties"]["auto"]["enum"]
    assert offered == list(get_args(Automatic))
