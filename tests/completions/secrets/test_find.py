"""The one scanner for secrets: what it finds, what it leaves alone, and that it always ends."""

from __future__ import annotations

import ast
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_completions.secrets import WORDS, find
from tests.completions.secrets.planting import Maker, Planted, everything

PLANTED = everything()
CODE = Path(__file__).parent / "ordinary.txt"


def without_secrets(text: str) -> str:
    """The text with each secret replaced by one letter."""
    parts, at = [], 0
    for secret in find(text):
        parts.append(text[at : secret.start] + "R")
        at = secret.end
    return "".join(parts) + text[at:]


def test_there_are_enough_to_find() -> None:
    """The planted texts are many, and of many kinds."""
    assert len(PLANTED) > 300
    assert len({each.kind for each in PLANTED}) > 40


@pytest.mark.parametrize("planted", PLANTED, ids=lambda each: f"{each.kind} in {each.path}")
def test_a_planted_secret_does_not_survive_and_the_code_around_it_does(planted: Planted) -> None:
    """No part of a planted secret is left, the words around it are, and so are the lines."""
    left = without_secrets(planted.text)
    assert [part for part in planted.parts if part in left] == []
    assert [word for word in planted.kept if word not in left] == []
    assert left.count("\n") == planted.text.count("\n")
    if planted.path.endswith(".py"):
        ast.parse(left)


def test_every_kind_has_its_words() -> None:
    """A secret's kind can be spoken of, whatever was found."""
    found = {secret.kind for each in PLANTED for secret in find(each.text)}
    assert found <= WORDS.keys()


@pytest.mark.parametrize("line", CODE.read_text(encoding="utf-8").splitlines())
def test_ordinary_code_is_left_alone(line: str) -> None:
    """Hashes, UUIDs, look-ups, stand-ins and code that speaks of secrets hold none."""
    assert find(line) == ()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('password = "{}"', "hun" + "ter2"),
        ("PASSWORD={}", "sword" + "fish"),
        ("db_password: {}", "s3" + "cret!"),
        ("PGPASSWORD={} psql -h db", "abc" + "123"),
        ("set_password(user, '{}')", "N3w" + "pass!"),
        ("const PASSWORD = `{}`;", "abc-" + "123-xyz"),
        ('db.connect("dbname=x user=y password={}")', "Zy9" + "!kk"),
        ('SECRET_KEY = "{}"', "django-" + "insecure-8x!k2@q0z#v9n$w3e^r5t&y7u*i1o(p)a-s_d=f+g"),
        ("private_key = {}", "0x" + "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"),
        ("HEROKU_API_KEY={}", "7d3f1a52-" + "4be1-4c55-9d0e-2b1f6a7c8e90"),
    ],
)
def test_a_value_with_a_telling_name_is_found_exactly(line: str, value: str) -> None:
    """What is found is the value: no quote, no name, no more and no less."""
    text = line.format(value)
    assert [text[each.start : each.end] for each in find(text)] == [value]


def test_a_long_line_is_searched_to_its_end() -> None:
    """A line too long to be written by hand hides nothing, wherever in it the secret stands."""
    token = "gh" + "p_" + Maker(3).text("abcdefghijklmnopqrstuvwxyz0123456789", 36)
    for at in range(0, 12_000, 487):
        text = "x = 1; " * (at // 7) + f'"{token}"' + "; y = 2" * 400
        assert [text[each.start : each.end] for each in find(text)] == [token]


@pytest.mark.parametrize(
    "text",
    [
        "-" * 200_000,
        "sk-" * 60_000,
        "token" * 40_000,
        "token = " + "$" * 100_000,
        "key='" + "[-" * 50_000,
        "-----BEGIN PRIVATE KEY-----\n" * 5_000,
        "-----BEGIN PRIVATE KEY-----\n" + "/" * 100_000 + "!",
        "-----BEGIN PRIVATE KEY-----\n" + ("+" * 150 + "!\n") * 1_000,
        "http://" + ":" * 100_000 + "@",
        "eyJ" * 60_000,
        "password " * 20_000,
        "login x " * 20_000,
        "A: " + " " * 100_000 + "\n-----END PRIVATE KEY-----",
    ],
    ids=lambda text: text[:24],
)
def test_a_hostile_text_does_not_stop_the_scanner(text: str) -> None:
    """No text makes a pattern run away: a run-away search would not end within the life of this test."""
    find(text)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=st.sampled_from("abcKEYtoken=:'\"\\\n -_/+.@$0123456789({[,"), max_size=300))
def test_what_is_found_lies_apart_in_the_text(text: str) -> None:
    """Whatever the text: places in order, inside of it, none over another, and no line end among them."""
    at = 0
    for secret in find(text):
        assert at <= secret.start < secret.end <= len(text)
        assert "\n" not in text[secret.start : secret.end]
        at = secret.end


@pytest.mark.slow
def test_searching_loads_nothing_that_speaks_http() -> None:
    """The patterns are borrowed, and not what could try a token out."""
    code = "import sys, linnet_completions.secrets as s; s.find('a1' * 20); print('detect_secrets' in sys.modules, 'requests' in sys.modules)"
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "False"]


def test_threads_find_the_same() -> None:
    """The scanner may be called from several threads at once."""
    texts = [each.text for each in PLANTED]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(find, texts)) == [find(text) for text in texts]
