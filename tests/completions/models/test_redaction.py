"""What is sent holds no secret, and the code around it keeps its shape."""

from __future__ import annotations

import ast
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from linnet_completions.models.redaction import Redactor, has_placeholder
from tests.completions.secrets.planting import Maker, Planted, everything

PLANTED = everything(seed=7)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda each: f"{each.kind} in {each.path}")
def test_no_secret_leaves_and_the_code_survives(planted: Planted) -> None:
    """No part of a secret is left; the words around it, the lines and the syntax are."""
    done = Redactor().redact(planted.text)
    assert done.found
    assert [part for part in planted.parts if part in done.text] == []
    assert [word for word in planted.kept if word not in done.text] == []
    assert done.text.count("\n") == planted.text.count("\n")
    if planted.path.endswith(".py"):
        ast.parse(done.text)


@pytest.mark.parametrize("planted", PLANTED[::17], ids=lambda each: f"{each.kind} in {each.path}")
def test_a_redacted_text_is_left_alone(planted: Planted) -> None:
    """Placeholders are no secrets."""
    redactor = Redactor()
    once = redactor.redact(planted.text).text
    assert redactor.redact(once).text == once


def test_a_secret_has_one_placeholder_for_a_session() -> None:
    """The same secret always gets the same placeholder, another one another; so prompts stay cacheable."""
    make, redactor = Maker(5), Redactor()
    first, second = make.password(), make.password()
    texts = [f'password = "{value}"\n' for value in (first, second, first)]
    placeholders = [re.findall(r'"(.*)"', redactor.redact(text).text)[0] for text in texts]
    assert placeholders == ["REDACTED_1", "REDACTED_2", "REDACTED_1"]


def test_long_secrets_have_long_placeholders() -> None:
    """A key's placeholder is longer than a password's, and both are words."""
    make = Maker(5)
    text = f'password = "{make.password()[:12]}"\napi_key = "{make.text("abcdef0123456789", 64)}"\n'
    short, long = re.findall(r'"(\w+)"', Redactor().redact(text).text)
    assert len(short) < len(long) == 24


def test_a_place_is_found_again() -> None:
    """A cursor before, between and behind secrets keeps its place; one inside of a secret stands behind it."""
    make = Maker(5)
    values = [make.text("abcdef0123456789", 64), make.password()]
    text = f'a = 1\napi_key = "{values[0]}"; b = 2\npassword = "{values[1]}"\nc = 3\n'
    done = Redactor().redact(text)
    for mark in ("a = 1", '"; b = 2', "password", "c = 3"):
        assert done.text[done.offset(text.index(mark)) :].startswith(mark)
    assert done.offset(len(text)) == len(done.text)
    inside = done.offset(text.index(values[0]) + 20)
    assert done.text[:inside].endswith("X") and done.text[inside:].startswith('"; b')
    assert Redactor().redact("plain").offset(3) == 3


def test_kinds_are_counted() -> None:
    """What was taken out is counted by kind."""
    make = Maker(5)
    text = f'password = "{make.password()}"\nurl = "redis://:{make.password().replace("#", "-").replace("?", "-")}@host"\n'
    assert Redactor().redact(text).kinds == {"password": 1, "address": 1}


def test_placeholders_in_a_text_are_counted() -> None:
    """Each placeholder that a window shows counts for its kind; what only looks like one does not."""
    make, redactor = Maker(5), Redactor()
    text = redactor.redact(f'password = "{make.password()}"\n').text
    assert redactor.kinds_in(f"{text}{text}other = REDACTED_99") == {"password": 2}
    assert redactor.kinds_in("nothing") == {}


def test_an_answer_with_a_placeholder_is_recognised() -> None:
    """A model may repeat a placeholder; that must not become code."""
    make = Maker(5)
    text = Redactor().redact(f'api_key = "{make.text("abcdef0123456789", 64)}"').text
    assert has_placeholder(text)
    assert not has_placeholder("redacted = REDACTED")


def test_threads_agree_on_placeholders() -> None:
    """Several threads give a secret the same placeholder."""
    redactor = Redactor()
    texts = [each.text for each in PLANTED] * 2
    with ThreadPoolExecutor(4) as pool:
        done = [each.text for each in pool.map(redactor.redact, texts)]
    assert done[: len(PLANTED)] == done[len(PLANTED) :]
