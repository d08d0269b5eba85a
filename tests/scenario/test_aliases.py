"""What other tools call the things that a scenario has another name for."""

import pytest
from pydantic import TypeAdapter

from mockserver.core.documents import Document
from mockserver.core.errors import DocumentError
from mockserver.faults import FAULTS
from mockserver.scenario import Rule, parse
from mockserver.scenario.actions import AnyFault
from mockserver.scenario.aliases import alias_hint, aliases, fault_for_alias

FAULTS_MEANT, OTHERS_MEANT, KEYS_MEANT = (aliases()[part] for part in ("faults", "others", "keys"))
FAULT = TypeAdapter(AnyFault)
RULE = TypeAdapter(Rule)


def wrong(rule):
    with pytest.raises(DocumentError) as caught:
        parse(f"name: x\nrules:\n- {rule}\n", source="x")
    return str(caught.value)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("abort: {httpStatus: 503}", "'abort'; here that is 'faults: [error: {status: 503}]'"),
        ("faults: [delay: {}]", "'delay'; here that is 'latency: {delay: 2s}'"),
        ("faults: [{timeout: 3}]", "'timeout'; here that is 'stall: {}'"),
        ("faults: [{reset_peer: {}}]", "'reset_peer'; here that is 'disconnect: {by: rst}'"),
        ("sequence: [{limit_data: {}}]", "'limit_data'; here that is 'cut: {after_bytes: 1000}'"),
        ("faults: [latency: {delay: 1s, latency: 9}]", "'latency'; here that is 'delay'"),
        ("faults: [bandwidth: {bytes_per_second: 9, rate: 9}]", "here that is 'bytes_per_second'"),
        ("fault: EMPTY_RESPONSE", "'fault'; here that is 'faults: [disconnect: {}]'"),
        (
            "fault: {delay: {percentage: 5}, abort: {}}",
            "here that is 'faults: [latency: {delay: 2s}, error: {status: 503}]'",
        ),
        ("fault: 7", "'fault'; did you mean 'faults'?"),
        ("fixedDelayMilliseconds: 500", "here that is 'faults: [latency: {delay: 500ms}]'"),
        ("httpStatus: 500", "'httpStatus'; here that is 'faults: [error: {status: 503}]'"),
        ("status-code: 500", "'status-code'; here that is 'faults: [error: {status: 503}]'"),
        (
            "httpResponse: {}",
            "here that is 'reply: {text: Hi.}' or 'faults: [error: {status: 503}]'",
        ),
        ("percentage: 50", "'percentage'; here that is 'schedule: {probability: 0.5}'"),
        ("schedule: {percentage: 50}", "'percentage'; here that is 'probability: 0.5'"),
        ("match: {urlPath: /v1/models}", "'urlPath'; here that is 'endpoint: chat'"),
        ("replies: []", "here that is 'sequence: [{reply: {text: Hi.}}, ...]' with 'then: stay'"),
        (
            "faults: [CONNECTION_RESET_BY_PEER]",
            "found 'CONNECTION_RESET_BY_PEER'; write 'disconnect: {by: rst}'",
        ),
        ("faults: [no_done]", "found 'no_done'; write 'no_done: {}'"),
        ("sequence: [reset_peer]", "found 'reset_peer'; write 'disconnect: {by: rst}'"),
        ("status: 503", "unknown key 'status'; it belongs in 'error' of 'faults'"),
        ("faults: [{zzzzz: {}}]", "unknown key 'zzzzz'; allowed are "),
        (
            "faults: [zzzzz]",
            "should be a mapping with the name of a fault, found 'zzzzz'",
        ),
    ],
)
def test_told(rule, said):
    """A name from elsewhere is answered with the one here, in its place."""
    assert said in wrong(rule).splitlines()[-1]


@pytest.mark.parametrize("meant", sorted({*FAULTS_MEANT.values()}))
def test_faults_are_right(meant):
    """Each fault that is named instead can be written so."""
    assert Document(meant, source="x").read_as(FAULT)


RULES = {
    part for text in OTHERS_MEANT.values() for part in text.split("' or '") if "..." not in part
}


@pytest.mark.parametrize("meant", sorted(RULES))
def test_others_are_right(meant):
    """So can each other part of a rule."""
    assert Document(meant, source="x").read_as(RULE) != Rule()


def test_names_are_foreign():
    """No name is one of ours, in the place for which it is told."""
    assert not FAULTS_MEANT.keys() & FAULTS.keys()
    assert not (FAULTS_MEANT.keys() | OTHERS_MEANT.keys()) & Rule.__dataclass_fields__.keys()
    for fault, keys in KEYS_MEANT.items():
        ours = FAULTS[fault].__dataclass_fields__.keys()
        assert not keys.keys() & ours
        assert ours >= set(keys.values())


def test_unknown():
    """What nobody knows is told nothing of."""
    assert alias_hint((), "zzzzz", 1) == ""
    assert fault_for_alias("zzzzz") is None
