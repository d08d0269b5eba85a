import datetime as dt

import pytest

from mockserver.core.errors import DocumentError, UnknownNameError
from mockserver.scenario import automatic, parse

TEXT = """\
name: x
description: ${word} ${times} $${times} ${flag}
parameters:
  times: 3
  wait: 2s
  word: "007"
  flag: true
  places: [2, 5]
  body: {a: [1, "${times}"]}
rules:
  - schedule: {first: "${times}", at: "${places}", window: {for: "${wait}"}}
    reply: {json: "${body}"}
    match: {stream: "${flag}"}
    faults: [error: {status: 500, message: "$${word}: ${word}"}]
"""


def wrong(text, **parameters):
    with pytest.raises(DocumentError) as caught:
        parse(text, source="mine.yaml", parameters=parameters)
    return str(caught.value)


def test_types():
    """A value that is only a placeholder takes the parameter's type; in a text it is text."""
    found = parse(TEXT)
    (rule,) = found.rules
    assert (rule.schedule.first, rule.schedule.at, rule.schedule.window.lasting) == (3, (2, 5), 2.0)
    assert (rule.match.stream, rule.reply.json) == (True, {"a": [1, "${times}"]})
    assert found.description == "007 3 ${times} true"
    assert rule.faults[0].message == "${word}: 007"


def test_given():
    """Values that are given replace those of the file, and stand in the scenario."""
    found = parse(TEXT, parameters={"times": 9, "wait": "1m", "word": "a: b", "flag": False})
    (rule,) = found.rules
    assert (rule.schedule.first, rule.schedule.window.lasting) == (9, 60.0)
    assert (found.description, rule.match.stream) == ("a: b 9 ${times} false", False)
    assert (found.parameters["times"], found.parameters["places"]) == (9, [2, 5])


@pytest.mark.parametrize("value", ["3", "2026-01-01", "null", "yes", "~", "${times}", "a\nb", ""])
def test_texts_stay_texts(value):
    """A text is not read as YAML again, and its placeholders are none."""
    text = "name: x\nparameters: {word: a}\ndescription: ${word}\nsource: <${word}>\n"
    found = parse(text, parameters={"word": value})
    assert (found.description, found.source) == (value, f"<{value}>")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"times": "many"},
            (
                "11:23: rules[0].schedule.first: should be a whole number, found 'many' "
                "(from the parameter 'times')"
            ),
        ),
        (
            {"wait": 2},
            (
                "11:66: rules[0].schedule.window.for: should be a duration with its unit, such as "
                "250ms, 2s, 1m or 1h, found 2; write 2s or 2ms (from the parameter 'wait')"
            ),
        ),
        (
            {"places": [2, 0]},
            (
                "11:39: rules[0].schedule.at[1]: should be greater than or equal to 1, found 0 "
                "(from the parameter 'places')"
            ),
        ),
        (
            {"word": ["a"]},
            (
                "2:14: description: only a text or a number can be inserted into a text; 'word' "
                "is neither"
            ),
        ),
        ({"word": object}, "6:9: parameters.word: YAML has no form for <class 'object'>"),
        (
            {"body": dt.date(2026, 1, 1)},
            "9:9: parameters.body: YAML has no form for datetime.date(2026, 1, 1)",
        ),
    ],
)
def test_wrong_values(given, said):
    """A wrong value is an error where it is used, and names the parameter."""
    assert wrong(TEXT, **given).split("\n")[0].startswith(f"mine.yaml:{said}")


def test_wrong_together():
    """Values that don't fit together are named together."""
    text = """\
name: x
parameters: {long: 5s, short: 3s}
rules:
- schedule: {window: {for: "${long}", repeat: "${short}"}}
"""
    assert wrong(text).endswith("(from the parameters 'long', 'short')")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"time": 3},
            "no parameter of <text> is called 'time'; did you mean 'times'? Allowed are times, ",
        ),
        ({"zzz": 3}, "no parameter of <text> is called 'zzz'; allowed are body, flag, places"),
    ],
)
def test_unknown_parameter(given, said):
    """A parameter that a scenario has not is refused with the nearest one."""
    with pytest.raises(UnknownNameError) as caught:
        parse(TEXT, parameters=given)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "parameters: {times: 1}\nrules:\n- schedule:\n    first: ${tims}\n",
            (
                "5:12: rules[0].schedule.first: no parameter is called 'tims'; did you mean "
                "'times'? Allowed are times; for the text itself write $${tims}"
            ),
        ),
        (
            "description: a ${b}\n",
            "2:14: description: no parameter is called 'b'; there are none",
        ),
        ("description: ${}\n", "2:14: description: no parameter is called ''; there are none; "),
        (
            "parameters: {tier: 1}\n",
            "2:20: parameters.tier: should be a name such as after_tokens, but not one of edition",
        ),
        ("parameters: {a-b: 1}\n", "2:19: parameters.a-b: should be a name such as after_tokens"),
        ("parameters: [a]\nsource: ${a}\n", "2:13: parameters: should be a mapping"),
    ],
)
def test_wrong_placeholders(text, said):
    """A placeholder without a parameter, and a parameter without a good name, are refused."""
    assert wrong(f"name: x\n{text}").startswith(f"mine.yaml:{said}")


@pytest.mark.parametrize(
    ("value", "use"),
    [
        pytest.param(f"[{'x, ' * 2_000}]", "${a}", id="many values, often"),
        pytest.param("x" * 20_000, "${a}${a}", id="a long text, often"),
    ],
)
def test_parameters_multiply(value, use):
    """What the parameters fill in is bounded as the file is."""
    uses = f'- "{use}"\n' * 200
    said = wrong(f"name: x\nparameters: {{a: {value}}}\ntags:\n{uses}")
    assert ": the parameters make the file larger than is allowed" in said


def test_placeholder_inside_braces():
    """One without quotes is no YAML inside of {} or []: what to do is said beside that."""
    said = wrong("name: x\nparameters: {n: 1}\nrules: [{schedule: {first: ${n}}}]\n")
    assert said.startswith("mine.yaml:3:29: not YAML: ")
    assert said.endswith('; inside {} or [], quote a placeholder: "${name}"')


def test_no_scenario():
    """A text that is no mapping is refused as ever."""
    assert wrong("${a}\n") == ("mine.yaml:1:1: should be a mapping of keys to values, found '${a}'")


AUTOMATIC = """\
name: x
parameters:
  after: {auto: most, otherwise: 3}
  model: {otherwise: gpt*, auto: first_model}
rules:
  - match: {model: "${model}"}
    schedule: {after: "${after}"}
"""


def test_automatic(tmp_path):
    """An automatic default is its ``otherwise`` where nothing is known, and may be given."""
    found = parse(AUTOMATIC)
    assert found.parameters == {"after": 3, "model": "gpt*"}
    assert (found.rules[0].schedule.after, found.rules[0].match.model) == (3, "gpt*")
    assert parse(AUTOMATIC, parameters={"after": 5}).rules[0].schedule.after == 5
    path = tmp_path / "x.yaml"
    path.write_text(AUTOMATIC)
    assert automatic(str(path)) == {"after": "most", "model": "first_model"}
    over = tmp_path / "over.yaml"
    over.write_text("{name: over, extends: x.yaml, parameters: {after: 1}}")
    assert automatic(str(over)) == {"model": "first_model"}
    assert automatic("wrong-key") == {}


@pytest.mark.parametrize(
    ("default", "said"),
    [
        (
            "{auto: mots, otherwise: 3}",
            "parameters.after.auto: should be one of most, least, ",
        ),
        ("{auto: mots, otherwise: 3}", "found 'mots'; did you mean 'most'?"),
        ("{auto: most}", "parameters.after: give 'otherwise', the value for clients"),
        ("{auto: most, otherwies: 3}", "unknown key 'otherwies'; did you mean 'otherwise'?"),
        ("{auto: [most], otherwise: 3}", "should be one of most"),
        ("{auto: most, otherwise: soon}", "should be a whole number, found 'soon'"),
    ],
)
def test_wrong_automatic(default, said):
    """What is wrong with one is told with its spot."""
    text = AUTOMATIC.replace("{auto: most, otherwise: 3}", default)
    assert wrong(text).startswith("mine.yaml:3:") or "from the parameter" in wrong(text)
    assert said in wrong(text)
