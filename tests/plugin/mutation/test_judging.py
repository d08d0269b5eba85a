import pytest

from pytest_cerebras.mutation.claims import Claims
from pytest_cerebras.mutation.judging import Tried, judged, share, share_in_words

STRONG, WEAK = Claims(), Claims(is_weak=True)
PASSED = {"empty": "passed", "half": "passed", "error": "passed"}


def judge(ends, claims=STRONG, *, looks=False):
    return judged("t", ends, claims, looks=looks)


@pytest.mark.parametrize("claims", [STRONG, WEAK])
def test_passing_under_all_is_blind(claims):
    found = judge(PASSED, claims)
    assert found.blind
    assert found.should_notice == "each answer is empty"
    assert found.told == "t: noticed 0 of 3"


@pytest.mark.parametrize(
    ("claims", "looks", "why"),
    [
        (Claims(takes_errors=True), False, "handles errors itself"),
        (Claims(is_bound=True), False, "asserts that something is absent"),
        (STRONG, True, "asserts on the requests of the app"),
    ],
)
def test_some_rightly_pass_whatever_the_api_says(claims, looks, why):
    """They are neither blind nor judged."""
    found = judge(PASSED, claims, looks=looks)
    assert not found.blind
    assert not found.is_judged
    assert why in found.told


@pytest.mark.parametrize("looks", [False, True])
def test_nothing_spares_a_test_without_assertions(looks):
    claims = Claims(is_weak=True, is_bound=True, takes_errors=True)
    assert judge(PASSED, claims, looks=looks).blind


def test_only_an_error_ends_a_test_without_assertions():
    ends = {**PASSED, "error": "raised"}
    assert judge(ends, WEAK).blind
    found = judge(ends, STRONG)
    assert (found.blind, found.is_judged) == (False, True)
    assert "only that a request fails" in found.told


def test_an_assertion_that_fails_is_enough():
    assert not judge({**PASSED, "error": "asserted"}, WEAK).blind


def test_an_error_over_another_answer_is_enough():
    """The app may check the answer in the place of the test."""
    assert not judge({**PASSED, "empty": "raised"}, WEAK).blind


def test_a_test_that_misses_nothing():
    found = judge({"error": "raised"}, WEAK)
    assert (found.blind, found.told) == (False, "t: noticed 1 of 1")


def test_other_facts_count_only_if_noticed():
    """A test need not look at the usage."""
    assert judge({**PASSED, "other-facts": "passed"}).applied == 3
    found = judge({**PASSED, "other-facts": "asserted"})
    assert (found.noticed, found.applied, found.blind) == (("other-facts",), 4, False)


SEEING, BLIND = Tried("s", noticed=("empty",)), Tried("b", missed=("empty",), blind=True)


@pytest.mark.parametrize(
    ("found", "percent", "words"),
    [
        ([SEEING, BLIND], 50, "tests that notice a change: 1 of 2 (50 %)"),
        ([SEEING, SEEING, BLIND], pytest.approx(66.67, abs=0.01), "2 of 3 (66.7 %)"),
        ([SEEING, Tried("l", left_out="skipped"), Tried("n")], 100, "1 of 1 (100 %)"),
        ([SEEING, Tried("i", missed=("empty",), is_whole=False)], 100, "1 of 1 (100 %)"),
        ([Tried("l", left_out="skipped")], None, ""),
    ],
)
def test_share(found, percent, words):
    """Only tests that noticed something, or should have, count."""
    assert share(found) == percent
    assert words in share_in_words(found)


def test_interrupted():
    assert Tried("t", missed=("empty",), is_whole=False).told == "t: noticed 0 of 1, interrupted"
