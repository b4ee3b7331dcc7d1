"""Rules that a project writes itself, in ast-grep's own YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from linnet_context.problems import Problem

from .engine import LANGUAGES, Pattern

_SEVERITIES = {"error": "error", "warning": "warning", "info": "info", "hint": "info"}
_NAMES = {
    **{name.lower(): name for name in LANGUAGES.values()},
    "js": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "py": "python",
    "rs": "rust",
    "golang": "go",
    "c++": "cpp",
    "cc": "cpp",
}
_PARTS = ("rule", "constraints", "utils", "transform")
_AGAIN = "See ast-grep's manual for the form of a rule: id, language, message, severity, rule."
_LONGEST = 500


def read(text: str, name: str) -> tuple[Pattern, ...]:
    """The rules of a YAML text, one in each of its documents; Problem for a text that holds no such rules.

    `name` is the file's. A rule is data: it cannot run anything.
    """
    import yaml

    try:
        documents = [each for each in yaml.safe_load_all(text) if each is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = str(error).split("\n")[0]
        raise Problem(f"{name} is no YAML: {said}.", _AGAIN) from None
    return tuple(rule for each in documents for rule in _rules(each, name))


def _rules(value: Any, name: str) -> Iterator[Pattern]:
    for each in value if isinstance(value, list) else [value]:
        yield _rule(each, name)


def _rule(value: Any, name: str) -> Pattern:
    if not isinstance(value, dict):
        raise Problem(f"{name} holds something that is no rule.", _AGAIN)
    given = cast("dict[str, Any]", value)
    called, language = given.get("id"), _NAMES.get(str(given.get("language", "")).lower())
    if (
        not isinstance(called, str)
        or not called
        or language is None
        or not isinstance(given.get("rule"), dict)
    ):
        raise Problem(f"A rule of {name} lacks an id, a language that is known here, or a rule.", _AGAIN)
    rule: Mapping[str, Any] = {key: given[key] for key in _PARTS if key in given}
    _check(called, language, rule, name)
    return Pattern(
        name=called,
        languages=frozenset({language}),
        severity=cast(Any, _SEVERITIES.get(str(given.get("severity", "warning")).lower(), "warning")),
        message=_words(given.get("message")) or called,
        consequence=_words(given.get("note")),
        rule=rule,
    )


def _check(called: str, language: str, rule: Mapping[str, Any], name: str) -> None:
    """Have ast-grep read the rule, so that what is wrong in it is said once and here."""
    from ast_grep_py import SgRoot

    try:
        SgRoot("", language).root().find_all(cast(Any, dict(rule)))
    except Exception as error:  # noqa: BLE001 - ast-grep raises plain Exception for some mistakes.
        said = next((line for line in reversed(_reasons(str(error)))), "it cannot be read")
        raise Problem(f"The rule {called} of {name} is refused by ast-grep: {said}.", _AGAIN) from None


def _reasons(text: str) -> list[str]:
    lines = text.split("Stack backtrace")[0].splitlines()
    return [line.split(": ", 1)[-1].strip().rstrip(".") for line in lines if line.strip()]


def _words(value: object) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""
