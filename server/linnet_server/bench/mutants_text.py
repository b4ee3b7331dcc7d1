"""Mistakes put into real files of any language line by line: errors not thrown, brackets lost, secrets written down."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from linnet_context.languages import comment_prefix, language_of
from linnet_server.bench.mutants import ANYWHERE, Mutant, source_of

_THROW = re.compile(r"(\s*)throw (new [\w.$]+\(.*\);?|std::\w+\(.*\);)\s*")
_CONDITION = re.compile(r"(\s*(?:\} else )?if \()([\w.]+) === ?(\d+|true|false|'[^']*'|\"[^\"]*\")\) \{\s*")
_BRACKET = re.compile(r"\s*[\w.]+(?:\.\w+)*\([^()'\"/]*\);?\s*")
# Languages that the review parses.
PARSED = frozenset(
    ["python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go", "rust", "java"]
)
_THROWING = frozenset(["javascript", "javascriptreact", "typescript", "typescriptreact", "java", "cpp"])
_LETTERS = string.ascii_letters + string.digits


def dropped_throw(path: str, text: str, chance: random.Random) -> Iterator[Mutant]:
    """`new X();` for `throw new X();`; the control puts the error in brackets."""
    lines = text.split("\n") if language_of(path) in _THROWING else []
    for number, line in enumerate(lines):
        if found := _THROW.fullmatch(line):
            made = found[2].rstrip(";")
            yield _made(lines, number, f"{found[1]}{found[2]}", f"{found[1]}throw ({made});")


def assigned_condition(path: str, text: str, chance: random.Random) -> Iterator[Mutant]:
    """`=` for `==` in a comparison with a constant."""
    lines = text.split("\n") if language_of(path) in _THROWING else []
    for number, line in enumerate(lines):
        if found := _CONDITION.fullmatch(line):
            yield _made(
                lines,
                number,
                f"{found[1]}{found[2]} = {found[3]}) {{",
                f"{found[1]}({found[2]} === {found[3]})) {{",
            )


def dropped_bracket(path: str, text: str, chance: random.Random) -> Iterator[Mutant]:
    """A call without its closing bracket; the control has a space inside."""
    if language_of(path) not in PARSED:
        return
    lines = text.split("\n")
    prefix = comment_prefix(language_of(path) or "")
    for number, line in enumerate(lines):
        plain = _BRACKET.fullmatch(line) and not line.lstrip().startswith((prefix or "#", "*"))
        if plain and "(" in line:
            at = line.rindex(")")
            made = _made(lines, number, line[:at] + line[at + 1 :], f"{line[:at]} {line[at:]}")
            if not path.endswith(".py") or source_of(made.text) is None:  # In a docstring it is no mistake.
                yield replace(made, line=ANYWHERE)  # Where it is missed is often far below.


def _made(lines: list[str], number: int, wrong: str, same: str) -> Mutant:
    before, after = lines[:number], lines[number + 1 :]
    return Mutant("\n".join([*before, wrong, *after]), number, "\n".join([*before, same, *after]))


def new_secret(path: str, text: str, chance: random.Random) -> Iterator[Mutant]:
    """A token at the end of a file; the control looks it up, holds its place, or is a digest."""
    if PurePosixPath(path).suffix != ".py" or not text.endswith("\n"):
        return
    name, value = chance.choice(_TOKENS)(chance)
    control = chance.choice(_CONTROLS).format(name=name, digest=f"{chance.getrandbits(160):040x}")
    yield Mutant(f'{text}\n\n{name} = "{value}"\n', text.count("\n") + 2, f"{text}\n\n{control}\n")


def _random(chance: random.Random, length: int, letters: str = _LETTERS) -> str:
    return "".join(chance.choice(letters) for _ in range(length))


_TOKENS = (
    lambda chance: ("GITHUB_TOKEN", "ghp_" + _random(chance, 36)),
    lambda chance: ("AWS_ACCESS_KEY_ID", "AKIA" + _random(chance, 16, string.ascii_uppercase + "234567")),
    lambda chance: ("SLACK_TOKEN", f"xoxb-{_random(chance, 12, string.digits)}-{_random(chance, 24)}"),
    lambda chance: ("STRIPE_KEY", "sk_live_" + _random(chance, 24)),
    lambda chance: ("OPENAI_API_KEY", "sk-proj-" + _random(chance, 48)),
    lambda chance: ("DB_PASSWORD", _random(chance, 10) + chance.choice("!#%&") + _random(chance, 6) + "9"),
)
_CONTROLS = (
    '{name} = __import__("os").environ["{name}"]',
    '{name} = "<your token>"',
    'COMMIT_SHA = "{digest}"',
    '{name}_VARIABLE = "{name}"',
)
OPERATORS = {
    "dropped throw": dropped_throw,
    "assigned condition": assigned_condition,
    "dropped bracket": dropped_bracket,
    "new secret": new_secret,
}
