import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.api.contract.edition_settings import (
    TODAY,
    Bodies,
    HeaderFields,
    Keys,
    Limits,
    Validation,
)


@pytest.fixture
def refused(told):
    """Return what tells all that is wrong with some keys."""

    def tell(kind, keys):
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(kind).validate_python(keys)
        return " ".join(map(told, caught.value.errors()))

    return tell


def test_today():
    """Nothing said is today's API."""
    assert (Keys().prefix, Limits().reserves, Validation().status) == ("", "completion", 400)
    assert Bodies().usage[:2] == ("total_tokens", "completion_tokens")
    assert (Bodies().done, TODAY.resets, TODAY.cookie, len(TODAY.limits)) == (True, False, None, 6)


@pytest.mark.parametrize(
    ("kind", "keys", "message"),
    [
        (Bodies, {"usage": ["tokens"]}, "literal_error 'total_tokens'"),
        (
            Bodies,
            {"usage": ["total_tokens", "prompt_tokens_details"]},
            "usage should also have completion_tokens and prompt_tokens",
        ),
        (Bodies, {"completion_details": ["cached_tokens"]}, "'reasoning_tokens'"),
        (Bodies, {"prompt_details": ["reasoning_tokens"]}, "'cached_tokens' or 'image_tokens'"),
        (Bodies, {"time_info": ["time"]}, "'queue_time'"),
        (HeaderFields, {"limits": ["requests-second"]}, "'requests-minute'"),
        (HeaderFields, {"transport_security": "a\nb"}, "string_pattern_mismatch"),
        (HeaderFields, {"cookie": "a=ü"}, "string_pattern_mismatch"),
        (Limits, {"overload_headers": {"x y": "1"}}, "string_pattern_mismatch"),
        (Limits, {"overload_headers": {"x": "1\n"}}, "string_pattern_mismatch"),
        (Limits, {"reserves": "all"}, "'completion', 'asked' or 'estimate'"),
        (Keys, {"missing": "bad_gateway"}, "'not_authenticated' or 'wrong_api_key'"),
        (Validation, {"waives": ["all"]}, "'n_greater_than_1'"),
    ],
)
def test_refused(refused, kind, keys, message):
    """A name that no answer could have, or a header field that could not be sent, is refused."""
    assert message in refused(kind, keys)


def test_sample_key():
    """A sample key is a good one; where any is good, it looks like a real one."""
    assert Keys(prefix="our-").sample("mock") == "our-mock"
    assert Keys().sample("mock") == "csk-mock"


@pytest.mark.parametrize(
    "template", ["a={tokn}", "a={}", "a={token", "a={expires:%}{0}", "{token.x}", "{expires:{b}}"]
)
def test_no_cookie(refused, template):
    """A template that could not be filled in is refused, with one that could."""
    message = refused(HeaderFields, {"cookie": template})
    assert "should be a template with {token} and {expires:%Y-%m-%d}" in message


def test_cookie():
    """A good one stays as it is."""
    template = "a={token}; Expires={expires:%a, %d %b %Y}; {{}}"
    assert TypeAdapter(HeaderFields).validate_python({"cookie": template}).cookie == template
