import pytest

from mockserver.api.contract.problem import RefusalError
from mockserver.api.reading.parameters import check_fields, read_query

SAID = "query.format: Input should be 'default', 'openrouter' or 'huggingface'"


@pytest.mark.parametrize("endpoint", ["models", "model", "public_models", "public_model"])
@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("", {}),
        ("format=openrouter", {"format": "openrouter"}),
        ("format=default&format=huggingface", {"format": "huggingface"}),
        ("format=%6Fpenrouter&beta=true", {"format": "openrouter"}),
        ("beta", {}),
    ],
)
def test_query(endpoint, query, read):
    """A format is read; of two the last counts; what nobody knows is ignored."""
    assert read_query(endpoint, query).get("format") == read.get("format")


@pytest.mark.parametrize("query", ["format=xml", "format=", "format=OpenRouter"])
def test_wrong_format(query):
    """Another format is refused in the words of the API's validation."""
    with pytest.raises(RefusalError) as refused:
        read_query("models", query)
    assert (refused.value.problem, refused.value.facts) == ("wrong_api_format", {"reason": SAID})


def test_other_endpoints():
    """Where nothing is known of a query it says nothing."""
    assert read_query("chat", "format=xml") == read_query("warming", "format=xml") == {}


@pytest.mark.parametrize("value", ["50", " 50 ", "50.0", "1234.5", "20000"])
def test_threshold(value):
    """A queue threshold is a number of milliseconds within the documented range."""
    check_fields({"queue_threshold": value})
    check_fields({})


@pytest.mark.parametrize(
    "value", ["", "49", "49.9", "20000.1", "20001", "-50", "nan", "inf", "1e3", "5_0", "1s"]
)
def test_wrong_threshold(value):
    """Any other value is refused, in a sentence of ours."""
    with pytest.raises(RefusalError) as refused:
        check_fields({"queue_threshold": value})
    assert refused.value.problem == "wrong_api_format"
    assert "from 50 to 20000 milliseconds" in refused.value.facts["reason"]
