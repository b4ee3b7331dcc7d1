"""Secrets on added lines are found and never shown; what stands for a secret is no finding."""

from __future__ import annotations

import pytest

from linnet_completions.review.secrets import masked_line

from .helpers import found_in, rules_of

pytestmark = pytest.mark.slow

# Put together here, so that no scanner takes this file for a leak.
AWS = "AKIA" + "Q3EGRUKO7PZ4WN2V"
GITHUB = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
KEY_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
PRIVATE_KEY = f"-----BEGIN PRIVATE KEY-----\n{KEY_LINE}\n{KEY_LINE[::-1]}\n-----END PRIVATE KEY-----\n"
SECRETS = {
    f'KEY = "{AWS}"\n': "secrets/aws",
    f"token: {GITHUB}\n": "secrets/github",
    'db_password = "kT9#mwQ2vLx7"\n': "secrets/password",
    PRIVATE_KEY: "secrets/private-key",
}


@pytest.mark.parametrize("text", SECRETS)
def test_secrets(text: str) -> None:
    """A secret is found when it is added, is silent when it was there, and is silent when its line only moved."""
    path = "a.yaml" if text.startswith("token") else "settings.py" if "=" in text else "key.txt"
    assert rules_of(text, None, path)[:1] == [SECRETS[text]]
    assert rules_of("\n" + text, text, path) == []
    if path != "key.txt":
        assert rules_of("first = 1\n" + text.rstrip("\n") + "  # why\n", text, path) == []


@pytest.mark.parametrize(
    "line",
    [
        'password = "changeme"',
        'password = "example-password-1"',
        'api_key = "xxxxxxxxxxxxxxxx"',
        'api_key = "<your key>"',
        'password = os.environ["DB_PASSWORD"]',
        'password = getenv("DB_PASSWORD_2")',
        'password = "${DB_PASSWORD}"',
        "password = settings.db_password_2",
        'password_label = "Enter your password, at least 8"',
        'KEY = "AKIAIOSFODNN7EXAMPLE"',
        "request.withCredentials = !!_config.withCredentials;",
        'sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
        'if "-----BEGIN PRIVATE KEY-----" in text: pass',
    ],
)
def test_what_stands_for_a_secret(line: str) -> None:
    """Placeholders, look-ups, labels and digests are no findings."""
    assert [rule for rule in rules_of(line + "\n", None, "a.js") if rule.startswith("secrets/")] == []


@pytest.mark.parametrize("path", ["tests/test_login.py", "README.md"])
def test_examples(path: str) -> None:
    """Passwords in tests and prose are examples, but a token is a token everywhere."""
    assert rules_of('password = "kT9#mwQ2vLx7"\n', None, path) == []
    assert rules_of(f'token = "{GITHUB}"\n', None, path) == ["secrets/github"]


def test_a_secret_is_never_whole() -> None:
    """No field of any finding holds the secret, whatever else is wrong in its line; columns stay right."""
    text = f'first, second = "{AWS}", "{GITHUB}", undefined_name\n'
    findings = found_in(text)
    assert {each.source for each in findings} == {"secrets", "bugs"}
    for each in findings:
        assert AWS not in repr(each)
        assert GITHUB not in repr(each)
        assert len(each.quote) == len(text) - 1
    assert all(line not in repr(found_in(PRIVATE_KEY)) for line in (KEY_LINE, KEY_LINE[::-1]))


def test_masked_line() -> None:
    """A masked line is as long as it was and keeps what is no secret."""
    line = f'token = "{GITHUB}"  # why'
    assert masked_line(line) == 'token = "ghp_' + "*" * 36 + '"  # why'


@pytest.mark.parametrize("text", SECRETS)
def test_lines_beside_a_finding(text: str) -> None:
    """A line that is shown beside a finding has its secrets masked, those of keys that span lines included."""
    path = "a.yaml" if text.startswith("token") else "a.py"
    conflict = "<<<<<<< HEAD\n"
    cut = text.partition("-----END")[0]  # A conflict in the middle of a key.
    for whole in (text + conflict, conflict + text, cut + conflict):
        shown = [
            line for each in found_in(whole, None, path) for line in (*each.before, each.quote, *each.after)
        ]
        assert shown
        told = "\n".join(shown)
        assert not any(secret in told for secret in (AWS, GITHUB, KEY_LINE, KEY_LINE[::-1], "kT9#mwQ2vLx7"))
