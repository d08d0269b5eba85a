"""Cells that can't act on their test are left out, and a healthy run tells which."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from pytest_cerebras.mutation.mutations import healed
from pytest_cerebras.session.relevance import Relevance
from pytest_cerebras.settings.names import MARKER
from pytest_cerebras.settings.options import REWRITTEN

CODE = """
import pytest

SAID = [{"role": "user", "content": "ping"}]
RUNS = []


def ask(client, **keys):
    client = client.with_options(max_retries=0)
    found = client.chat.completions.create(model="gpt-oss-120b", messages=SAID, **keys)
    return list(found) if keys.get("stream") else found


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_ask(cerebras_client, stream):
    with pytest.MonkeyPatch.context():
        ask(cerebras_client, stream=stream)


def test_nothing(cerebras_mock):
    pass


def test_fails(cerebras_client):
    assert 0
"""
CHAOS = "relevant,mine.yaml"
MINE = "{name: mine, rules: [{match: {stream: true}, faults: [{error: {status: 503}}]}]}"
VIRTUAL = ("--cerebras-clock", "virtual")
XML = ("-o", "junit_family=xunit1")
REPORT = ("--cerebras-report", "a.json")


def outcomes():
    cells = json.loads(Path("a.json").read_text("utf-8"))["cells"]
    return {(cell["test"].rpartition("::test_")[2], cell["scenario"]): cell for cell in cells}


@pytest.fixture
def mine(pytester):
    """Write a scenario of one's own."""
    pytester.makefile(".yaml", mine=MINE)


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(
    "arguments", [(), ("-n", "2"), ("-p", "last")], ids=["alone", "xdist", "backwards"]
)
def test_left_out(run, pytester, arguments):
    """The same cells are left out, whoever runs which and in whichever order."""
    pytester.syspathinsert()
    pytester.makepyfile(last="def pytest_collection_modifyitems(items):\n    items.reverse()")
    result = run(CODE, "--cerebras-chaos", CHAOS, *VIRTUAL, *REPORT, *arguments)
    found = outcomes()
    assert all(
        (cell["outcome"] == "left-out") == (cell["reason"].startswith("left out: "))
        for cell in found.values()
    )
    left = {key for key, cell in found.items() if cell["outcome"] == "left-out"}
    for scenario in ("silent-cut", "mine.yaml", "usage-chunk"):
        assert ("ask[whole]", scenario) in left
        assert ("ask[stream]", scenario) not in left
    assert ("ask[stream]", "paid-three-times") in left
    assert {("ask[whole]", "wrong-key"), ("nothing", "healthy")}.isdisjoint(left)
    assert {key for key in found if key[0] == "nothing"} - left == {("nothing", "healthy")}
    assert not [key for key in left if key[0] == "fails"]
    assert not [key for key, cell in found.items() if cell["outcome"] == "not-met"]
    result.stdout.fnmatch_lines([f"left out: {len(left)} cells whose scenario can't act on*"])


def test_all_is_not_relevant(run):
    """Only who asks for it has cells left out."""
    run(CODE, "--cerebras-chaos", "all", *REPORT, "-k", "whole and silent-cut")
    assert outcomes()["ask[whole]", "silent-cut"]["outcome"] == "not-met"


COUNTS = """
import pytest

@pytest.fixture
def counted(record):
    record("function")

@pytest.fixture(scope="module")
def record():
    with open("log", "a") as file:
        yield lambda what: print(what, file=file)

class TestOne:
    before = False

    def test_once(self, cerebras_client, counted, record, record_property):
        assert not self.before
        self.before = True
        record_property("seen", 1)
        record("test")
        for _ in range(3):
            try:
                cerebras_client.with_options(max_retries=0).models.retrieve("gone")
            except Exception:
                pass
"""


def test_in_advance(run):
    """A healthy cell that runs in advance counts nowhere, and leaves nothing behind."""
    chosen = ("--cerebras-chaos", "relevant", "-k", "wrong-key or silent-cut")
    base = ("--cerebras-baseline", "base.json", "--junit-xml", "a.xml", *XML)
    result = run(COUNTS, *chosen, *REPORT, *base)
    assert Path("log").read_text("utf-8").split() == ["function", "test"] * 2
    assert {key[1]: cell["outcome"] for key, cell in outcomes().items()} == {
        "silent-cut": "left-out",
        "wrong-key": "passed",
    }
    assert result.parseoutcomes().keys() == {"passed", "skipped", "deselected"}
    assert "[healthy]" not in Path("base.json").read_text("utf-8")
    assert "[healthy]" not in Path("a.xml").read_text("utf-8")
    assert "[healthy]" not in result.stdout.str()


def test_own_turn(run, pytester):
    """It is run again when its turn comes, as if nothing had been."""
    pytester.makeconftest("def pytest_collection_modifyitems(items):\n    items.reverse()")
    chosen = ("--cerebras-chaos", "relevant", "-k", "healthy or wrong-key")
    run(COUNTS, *chosen, *REPORT, "--junit-xml", "a.xml", *XML)
    assert outcomes()["once", "healthy"]["outcome"] == "passed"
    assert Path("log").read_text("utf-8").split() == ["function", "test"] * 3
    xml = Path("a.xml").read_text("utf-8")
    healthy = xml[xml.index("test_once[healthy]") :]
    assert healthy.count('name="seen"') == 1


def test_once_for_all(run):
    """One healthy run tells for all scenarios."""
    run(COUNTS, "--cerebras-chaos", "relevant", *VIRTUAL, *REPORT)
    ran = [cell for cell in outcomes().values() if cell["outcome"] != "left-out"]
    assert len(ran) >= 5  # of more nothing can act on a list of models
    assert Path("log").read_text("utf-8").split() == ["function", "test"] * len(ran)


def test_named_by_a_marker(run):
    """A scenario that the test names itself is never left out."""
    code = f"import pytest\n@pytest.mark.cerebras_chaos('silent-cut'){CODE[CODE.index('@') :][:0]}"
    code += "\ndef test_it(cerebras_mock): pass"
    run(code, "--cerebras-chaos", "relevant", *VIRTUAL, *REPORT)
    found = outcomes()
    assert found["it", "silent-cut"]["outcome"] == "not-met"
    assert found["it", "wrong-key"]["outcome"] == "left-out"


MARKED = """
import pytest

@pytest.mark.cerebras_chaos("relevant")
def test_it(cerebras_client):
    cerebras_client.models.list()

@pytest.mark.cerebras_chaos("relevant", "silent-cut")
def test_named(cerebras_client):
    cerebras_client.models.list()
"""


@pytest.mark.parametrize(
    ("option", "left_out"),
    [((), True), (("--cerebras-chaos", "relevant"), True), (("--cerebras-chaos", "all"), False)],
)
def test_relevant_by_a_marker(run, option, left_out):
    """So a marker leaves out what can't act, but for what somebody else asks for."""
    run(MARKED, *option, *VIRTUAL, *REPORT, "-k", "silent-cut or healthy")
    found = outcomes()
    assert found["it", "healthy"]["outcome"] == "passed"
    assert found["it", "silent-cut"]["outcome"] == ("left-out" if left_out else "not-met")
    assert found["named", "silent-cut"]["outcome"] == "not-met"


def test_too_many_requests(run):
    """What sends very much is not tried, and has all scenarios."""
    code = """
    import httpx, pytest
    @pytest.mark.cerebras_mock(max_requests=1000)
    def test_much(cerebras_mock):
        with httpx.Client(base_url=cerebras_mock.url) as client:
            for _ in range(501):
                client.get("/public/v1/models")
    """
    run(code, "--cerebras-chaos", "relevant", *VIRTUAL, *REPORT, "-k", "silent-cut or healthy")
    assert outcomes()["much", "silent-cut"]["outcome"] == "not-met"


def test_other_scenarios_within(run):
    """What a test plays itself is nothing that the matrix could act on."""
    code = """
    def test_plays(cerebras_mock):
        import httpx
        cerebras_mock.reset()
        cerebras_mock.play("healthy", seed=3)
        cerebras_mock.play("wrong-key")
        httpx.get(cerebras_mock.url + "/v1/models")
    """
    run(code, "--cerebras-chaos", "relevant", *VIRTUAL, *REPORT, "-k", "html or healthy or wrong")
    assert {cell["outcome"] for key, cell in outcomes().items() if key[1] != "healthy"} == {
        "left-out"
    }


TURNS = """
def test_turns(cerebras_client):
    client = cerebras_client.with_options(max_retries=0)
    for text in ("one", "two", "three"):
        said = [{"role": "user", "content": text}]
        client.chat.completions.create(model="gpt-oss-120b", messages=said)
"""
AUTOMATIC = ("--cerebras-chaos", "retirement-day,healthy,billing-stop")


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_automatic(run, arguments):
    """Defaults are chosen so that the last request meets them; the replay has them written out."""
    run(TURNS, *AUTOMATIC, *REPORT, *arguments).assert_outcomes(passed=1, failed=2)
    cell = outcomes()["turns", "retirement-day"]
    assert cell["parameters"] == {"model": "gpt-oss-120b", "after": 2}
    assert [one["status"] for one in cell["played"][0]["exchanges"]] == [200, 200, 404]
    assert outcomes()["turns", "billing-stop"]["parameters"] == {"after": 2}
    _, *command = shlex.split(cell["replay"])
    assert command[1:3] == ["--cerebras-chaos", "retirement-day(model=gpt-oss-120b, after=2)"]
    run(TURNS, *command).assert_outcomes(failed=1)


def test_without_healthy_run(run):
    """Without a healthy cell, and for what somebody has chosen, the numbers stay."""
    run(TURNS, "--cerebras-chaos", "retirement-day", *REPORT).assert_outcomes(passed=1)
    assert outcomes()["turns", "retirement-day"]["outcome"] == "not-met"
    assert outcomes()["turns", "retirement-day"]["parameters"] == {}
    chosen = "healthy,retirement-day(after=1)"
    run(TURNS, "--cerebras-chaos", chosen, *REPORT).assert_outcomes(passed=1, failed=1)
    found = outcomes()["turns", "retirement-day"]
    assert found["parameters"] == {"after": 1, "model": "gpt-oss-120b"}


def test_of_markers(run):
    """What a marker of the test says of a parameter, or of the scenario, stays."""
    code = "import pytest\n@pytest.mark.cerebras_mock(parameters={'after': 0})" + TURNS
    run(code, "--cerebras-chaos", "healthy,retirement-day", *REPORT)
    found = outcomes()["turns", "retirement-day"]
    assert found["parameters"] == {"model": "gpt-oss-120b"}
    assert [one["status"] for one in found["played"][0]["exchanges"]] == [404]
    code = "import pytest\n@pytest.mark.cerebras_chaos('retirement-day')" + TURNS
    run(code, "--cerebras-chaos", "all", *REPORT, "-k", "retirement")
    assert outcomes()["turns", "retirement-day"]["parameters"] == {}


def test_time_out_of_the_test(run, pytester):
    """A wrapper of another plugin, such as one with a time-out, is around the healthy run, too."""
    pytester.makeconftest("""
import pytest
inside = []

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    inside.append(item.name)
    try:
        return (yield)
    finally:
        inside.pop()

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    assert inside
""")
    run(COUNTS, "--cerebras-chaos", "relevant", *REPORT, "-k", "wrong-key")
    assert outcomes()["once", "wrong-key"]["outcome"] == "passed"
    assert Path("log").read_text("utf-8").split() == ["function", "test"] * 2


@pytest.mark.parametrize(("stash", "count"), [({}, 1), ({REWRITTEN: healed}, 0)])
def test_runs_with_other_answers_teach_nothing(stash, count):
    """What a test sends after other answers is not what it sends when all is well."""
    relevance = Relevance()
    spec = SimpleNamespace(params={MARKER: "healthy"})
    item = SimpleNamespace(callspec=spec, parent=None, name="t", funcargs={}, stash=stash)
    noting = relevance.pytest_runtest_makereport(item, SimpleNamespace(when="call"))
    next(noting)
    with pytest.raises(StopIteration):
        noting.send(SimpleNamespace(passed=True))
    assert len(relevance._known) == count
