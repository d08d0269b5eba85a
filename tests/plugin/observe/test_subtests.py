"""Subtests that ask the same are no retries of one another."""

import pytest

ASK = """
    import os, unittest
    import httpx
    import pytest

    def insist():
        return [ask().status_code for _ in range(2)]

    def ask():
        url, key = os.environ["CEREBRAS_BASE_URL"], os.environ["CEREBRAS_API_KEY"]
        asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "hi"}]}
        headers = {"authorization": f"Bearer {key}"}
        return httpx.post(f"{url}v1/chat/completions", headers=headers, json=asked)
"""
SUBTESTS = """
    @pytest.mark.cerebras_mock("wrong-key")
    def test_parts(subtests, cerebras_mock):
        for number in range(3):
            with subtests.test(number=number):
                assert ask().status_code == 401
        assert [len(call.exchanges) for call in cerebras_mock.calls] == [1, 1, 1]
"""
UNITTEST = """
    @pytest.mark.usefixtures("cerebras_mock")
    @pytest.mark.cerebras_mock("wrong-key")
    class TestParts(unittest.TestCase):
        def test_parts(self):
            for number in range(3):
                with self.subTest(number=number):
                    self.assertEqual(ask().status_code, 401)
"""
WITHIN = """
    @pytest.mark.cerebras_mock("wrong-key")
    def test_parts(subtests, cerebras_mock):
        with subtests.test("whole"):
            assert ask().status_code == 401
        with subtests.test("retried"):
            assert insist() == [401, 401]
"""
DIRECT = """
    @pytest.mark.cerebras_mock("wrong-key")
    def test_parts(subtests, cerebras_mock):
        url = f"{cerebras_mock.openai_url}/chat/completions"
        headers = {"authorization": f"Bearer {cerebras_mock.api_key}"}
        asked = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "hi"}]}
        for number in range(3):
            with subtests.test(number=number):
                assert httpx.post(url, headers=headers, json=asked).status_code == 401
        httpx.post(url, headers=headers, json=asked)
"""
BEFORE = """
    @pytest.mark.cerebras_mock("wrong-key")
    def test_parts(subtests, cerebras_mock):
        with subtests.test("inside"):
            assert ask().status_code == 401
        assert ask().status_code == 401
"""


@pytest.mark.parametrize("mode", ["server", "respx"])
@pytest.mark.parametrize("test", [SUBTESTS, UNITTEST, DIRECT, BEFORE])
def test_innocent(pytester, mode, test):
    """A request that repeats one of another subtest is not a retry."""
    pytester.makepyfile(ASK + test)
    result = pytester.runpytest_subprocess("--cerebras-strict=all", f"--cerebras-mode={mode}")
    assert result.ret == 0, result.stdout.str()


def test_guilty(pytester):
    """A retry within a subtest is one."""
    pytester.makepyfile(ASK + WITHIN)
    result = pytester.runpytest_subprocess("--cerebras-strict")
    assert result.ret == 10
    result.stdout.fnmatch_lines(["*permanent-error-retried*"])
