"""Comments that take findings back: `# linnet: ignore[rule]` on a line of code, or alone on the line above."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from linnet_context.languages import comment_prefix, language_of
from linnet_context.syntax import in_string_or_comment, parse
from linnet_context.text import Document, Position

from .finding import Candidate, Finding

RULE = "ignores/unused"
_COMMENT = re.compile(
    r"(?:#|//|/\*|--|;|%|<!--|\")[ \t]*linnet:\s*ignore\b(?:\[(?P<rules>[^\]\n]{0,400})\])?"
)
_SEPARATOR = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One such comment: its line, the line it speaks of (0-based), where it starts, and the rules; none mean all."""

    line: int
    target: int
    column: int
    rules: tuple[str, ...]

    def covers(self, candidate: Candidate | Finding) -> bool:
        """Whether it takes a finding of these lines back: its rule by whole name, last part, or source."""
        if not candidate.start.line <= self.target <= max(candidate.start.line, candidate.end.line):
            return False
        source, _, code = candidate.rule.partition("/")
        aliases = candidate.aliases if isinstance(candidate, Candidate) else ()
        names = {candidate.rule, source, code, candidate.source, *aliases}
        return not self.rules or not names.isdisjoint(self.rules)

    @property
    def is_for_a_model(self) -> bool:
        """Whether it names findings of a model alone, which nobody but the model can know."""
        return bool(self.rules) and all(rule.partition("/")[0] == "model" for rule in self.rules)


def ignores(path: str, lines: Mapping[int, str]) -> tuple[Ignore, ...]:
    """The ignores in the lines (by 0-based number) of a file; what stands in a string is none."""
    if not any("linnet:" in line for line in lines.values()):
        return ()
    outside = _outside_strings(path, lines)
    return tuple(each for each in _matches(path, lines) if outside(each))


def _matches(path: str, lines: Mapping[int, str]) -> Iterator[Ignore]:
    prefix = comment_prefix(language_of(path) or "")
    for number, line in lines.items():
        found = _COMMENT.search(line)
        if found is None or (prefix and not found[0].startswith((prefix, "/*", "<!--"))):
            continue
        rules = tuple(filter(None, _SEPARATOR.split(found["rules"] or "")))
        alone = not line[: found.start()].strip()
        yield Ignore(number, _next_code(lines, number) if alone else number, found.start(), rules)


def _next_code(lines: Mapping[int, str], number: int) -> int:
    """The next line that is not blank; several ignores may stand above one line."""
    below = (at for at in range(number + 1, number + 8) if at in lines and lines[at].strip())
    return next((at for at in below if not _COMMENT.match(lines[at].strip())), number)


def _outside_strings(path: str, lines: Mapping[int, str]) -> Callable[[Ignore], bool]:
    """Whether a comment is one for its language; without a grammar, or without the whole text, its sign is enough."""
    language = language_of(path)
    whole = lines.keys() == set(range(len(lines)))
    text = "\n".join(lines[number].rstrip("\r\n") for number in range(len(lines))) if whole else ""
    tree = parse(Document.of(path, language, text)) if language and whole else None
    if tree is None:
        return lambda _: True
    return lambda each: in_string_or_comment(tree, Position(each.line, each.column + 1)) != "string"


def applied(
    candidates: Sequence[Candidate], found: Sequence[Ignore]
) -> tuple[list[Candidate], list[Candidate]]:
    """The candidates that stay, and those that a comment takes back."""
    kept: list[Candidate] = []
    taken: list[Candidate] = []
    for each in candidates:
        (taken if any(ignore.covers(each) for ignore in found) else kept).append(each)
    return kept, taken


def unused(
    found: Sequence[Ignore], wrong: Sequence[Candidate], changed: Mapping[int, str]
) -> Iterator[Candidate]:
    """A note for each ignore that takes nothing back, if the change touched it or the line it speaks of.

    `wrong` is all that is wrong in the text, whether the change brought it or not.
    """
    for each in found:
        touched = (each.line in changed or each.target in changed) and not each.is_for_a_model
        if touched and not any(each.covers(candidate) for candidate in wrong):
            what = f"[{', '.join(each.rules)}]" if each.rules else ""
            yield Candidate(
                RULE,
                "info",
                "ignores",
                f"This `linnet: ignore{what}` ignores nothing",
                "It would hide the next mistake on this line.",
                Position(each.line, each.column),
                Position(each.line, each.column + len("# linnet: ignore") + len(what)),
            )
