"""What is shown of a key: enough to see the mistake, and nothing of the key."""

from __future__ import annotations

from itertools import product

import pytest

from mockserver.core.key_forms import BEGINNINGS, letters, shown_credentials, shown_key

SECRET = "4F1dTOPsecret0123456789abcdef"
KEY = f"csk-{SECRET}"


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("", ""),
        ("Bearer", "Bearer"),
        ("Bearer ", "Bearer"),
        (f"Bearer {KEY}", "Bearer csk-..."),
        (KEY, "csk-..."),
        (f"Bearer Bearer {KEY}", "Bearer Bearer csk-..."),
        (f"Bearer bearer  {KEY}", "Bearer bearer csk-..."),
        (f"Api-Key {KEY}", "Api-Key csk-..."),
        (f"Bearer CSK-{SECRET}", "Bearer CSK-..."),
        ("Bearer csk-", "Bearer csk-"),
        (f"Bearer csk-{SECRET} {SECRET}", "Bearer csk-... ..."),
        # beginnings
        *((f"Bearer {one}{SECRET}", f"Bearer {one}...") for one in BEGINNINGS),
        (f"Bearer gsk_{SECRET}", "Bearer gsk_..."),
        (f"Bearer {SECRET}", "Bearer ..."),
        (f"Bearer https://x.test/{SECRET}", "Bearer https://..."),
        # marks
        (f'Bearer "{KEY}"', 'Bearer "csk-..."'),
        (f"Bearer '{SECRET}'", "Bearer '...'"),
        (f'Bearer "{KEY}', 'Bearer "csk-...'),
        (f'Bearer {KEY}"', 'Bearer csk-..."'),
        ('Bearer "', 'Bearer "'),
        ('Bearer ""', 'Bearer ""'),
        (f"Bearer CEREBRAS_API_KEY={KEY}", "Bearer CEREBRAS_API_KEY=csk-..."),
        (f'Bearer export API_KEY="{KEY}"', 'Bearer API_KEY="csk-..."'),
        # variables
        ("Bearer $CEREBRAS_API_KEY", "Bearer $..."),
        ("Bearer ${CEREBRAS_API_KEY:-none}", "Bearer ${...}"),
        ("Bearer $(cat key)", "Bearer $(...)"),
        ("Bearer $env:CEREBRAS_API_KEY", "Bearer $env:..."),
        ("Bearer %CEREBRAS_API_KEY%", "Bearer %...%"),
        ("Bearer {{ secrets.CEREBRAS_API_KEY }}", "Bearer {{...}}"),
        ("Bearer ${{ secrets.CEREBRAS_API_KEY }}", "Bearer ${{...}}"),
        ('Bearer os.environ["CEREBRAS_API_KEY"]', "Bearer os.environ..."),
        ("Bearer process.env.CEREBRAS_API_KEY", "Bearer process.env..."),
        (f"Bearer ${SECRET}", "Bearer ..."),
        # words
        ("Bearer None", "Bearer None"),
        ("Bearer undefined", "Bearer undefined"),
        ("Bearer EMPTY", "Bearer EMPTY"),
        ("Bearer YOUR_API_KEY", "Bearer YOUR_API_KEY"),
        ("Bearer <your api key>", "Bearer <your api key>"),
        (f"Bearer <{SECRET}>", "Bearer <...>"),
        ("Bearer xxxxxxxx", "Bearer xxxxxxxx"),
        ("Bearer csk-xxxx", "Bearer csk-<placeholder>"),
        ("Bearer csk-...", "Bearer csk-<placeholder>"),
        ("Bearer csk-your-key-here", "Bearer csk-<placeholder>"),
        ("Bearer csk-test", "Bearer csk-..."),
        ("Bearer none\u0430", "Bearer <not ASCII>"),  # a Cyrillic letter: no word of the list
    ],
)
def test_shown_credentials(field, shown):
    """Of a field remain its scheme, the marks around the key, and words of closed lists."""
    assert shown_credentials(field) == shown


SCHEMES = ("", "Bearer ", "Basic ", "Token ", "Bearer Bearer ")
AFTER = ("", '"', "'", "`", ">", "}", " ", "\n", f" {SECRET}", "...")


@pytest.mark.parametrize("before", ["", '"', "'", "`", "API_KEY=", "API_KEY: '", "<", "${", "$"])
def test_no_secret(before):
    """Whatever is around a key, no three of its characters are shown in a row."""
    parts = [SECRET[at : at + 3] for at in range(len(SECRET) - 2)]
    for scheme, beginning, after in product(SCHEMES, ("", "csk-", "AIza", "nvapi-", "x"), AFTER):
        sent = f"{scheme}{before}{beginning}{SECRET}{after}"
        shown = shown_credentials(sent) + shown_key(sent)
        assert not [part for part in parts if part in shown], shown


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("", "Bearer"),
        (" \n", "Bearer"),
        (KEY, "Bearer csk-..."),
        (f"{KEY}\n", "Bearer csk-...\n"),
        (f"{KEY}\r\n", "Bearer csk-...\n"),
        (f"  {KEY} ", "Bearer  csk-... "),
        (f"Bearer {KEY}", "Bearer Bearer csk-..."),
        (f"csk-{SECRET}\n{SECRET}", "Bearer csk-... ..."),
        (f'"{KEY}"\n', 'Bearer "csk-..."\n'),
    ],
)
def test_shown_key(key, shown):
    """A key that was not sent yet is shown in the field that it would make."""
    assert shown_key(key) == shown


@pytest.mark.parametrize("mark", ['"', "API_KEY=", "API_KEY: ", "Bearer "])
def test_many_marks(mark):
    """Marks within marks are no way to fill the stack."""
    assert len(shown_credentials(mark * 5_000 + SECRET)) < 100


def test_letters():
    """Words are compared by their letters and digits."""
    assert letters("<Your-API_Key 1>") == "yourapikey1"
