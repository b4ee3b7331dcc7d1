"""Tests that a model wrote, put where the project keeps them; what is there already stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from linnet_completions.edit import guards
from linnet_completions.edit.blocks import CUT, Refused, code_of
from linnet_completions.edit.change import Change, applied, ending
from linnet_completions.edit.layout import Layout
from linnet_completions.edit.names import Known, unknown_names
from linnet_completions.edit.placing import import_line, missing_imports
from linnet_completions.edit.proposal import Proposal, listed
from linnet_completions.models.redaction import has_placeholder
from linnet_context.outline import Outline, outline
from linnet_context.text import Document, Position

_MAIN = re.compile(r"if __name__ ==")
_RUST_TESTS = re.compile(r"#\[cfg\(test\)\]")
_BRACKETS = re.compile(r"[{}]")


def created(path: str, language: str, answer: str, known: Known, *, cut: bool = False) -> Proposal | Refused:
    """A new file with the code of an answer; nothing stands there now."""
    code = _code(answer, language, path, cut)
    if isinstance(code, Refused):
        return code
    empty = Document.of(path, language, "")
    text = code.rstrip() + "\n"
    bad = guards.broken(empty, text)
    if bad is not None:
        return bad
    after = Document.of(path, language, text)
    notes = _unknown(unknown_names("", after, range(len(after.lines)), known))
    return Proposal(path, 0, created=text, notes=notes, doubts=bool(notes))


def added(
    document: Document, layout: Layout, answer: str, known: Known, *, cut: bool = False
) -> Proposal | Refused:
    """The edit that adds the tests of an answer to a file that has some, at its end."""
    code = _code(answer, document.language, layout.path, cut)
    if isinstance(code, Refused):
        return code
    shown, found = outline(code, document.language), outline(document.text(), document.language)
    twice = _twice(shown, found)
    if twice:
        return Refused(f"The answer defines {listed(twice)} again.")
    lines = code.split("\n")
    imports, start = missing_imports(lines, document.language, shown, found)
    changes = _changes(document, layout, found, imports, lines[start:])
    if isinstance(changes, Refused):
        return changes
    text = applied(document, changes)
    bad = guards.broken(document, text)
    if bad is not None:
        return bad
    after = Document.of(document.path, document.language, text)
    notes = _unknown(unknown_names(document.text(), after, _fresh(document, after), known))
    return Proposal(document.path, document.version, changes, notes=notes, doubts=bool(notes))


def _code(answer: str, language: str, path: str, cut: bool) -> str | Refused:
    if cut:
        return CUT
    answer = answer.replace("\r\n", "\n").replace("\r", "\n")
    code = code_of(answer, language, path, "", answer)
    if isinstance(code, Refused):
        return code
    if not outline(code, language).definitions and not outline(code, language).references:
        return Refused("The answer has no tests.")
    if has_placeholder(code):
        return Refused("The answer repeats a placeholder for a secret.")
    if guards.elided((), code.split("\n")):
        return Refused("The answer leaves out code.")
    return guards.unclean(code) or code


def _twice(shown: Outline, found: Outline) -> list[str]:
    known = {
        (one.parent, one.name) for one in found.definitions if one.kind in ("function", "method", "class")
    }
    return [one.name for one in shown.definitions if (one.parent, one.name) in known]


def _changes(
    document: Document, layout: Layout, found: Outline, imports: Sequence[str], lines: Sequence[str]
) -> tuple[Change, ...] | Refused:
    if not any(line.strip() for line in lines):
        return Refused("The answer has no tests.")
    end = ending(document)
    if layout.inside:
        return _inside(document, imports, lines, end)
    changes: list[Change] = []
    line = import_line(document, found) if imports else None
    if line is not None:
        place = _at(document, line)
        text = "".join(part + end for part in "\n".join(imports).split("\n"))
        changes.append(Change(place, place, text, why="Imports of the new tests"))
    gap = 2 if document.language == "python" else 1
    main = [number for number in range(len(document.lines)) if _MAIN.match(document.line(number))]
    body = _without_blank_ends(lines)
    if main:
        place, parts = Position(main[0], 0), [*body, *[""] * gap]
    else:
        place = _at(document, len(document.lines))
        parts = [*[""] * gap, *body]
    lead = end if place.column else ""
    changes.append(Change(place, place, lead + "".join(part + end for part in parts)))
    return tuple(changes)


def _inside(
    document: Document, imports: Sequence[str], lines: Sequence[str], end: str
) -> tuple[Change, ...] | Refused:
    """Tests of Rust: into the module for tests, or into a new one at the end of the file."""
    body = [line for line in _without_blank_ends(lines) if not _RUST_TESTS.match(line)]
    heads = [number for number in range(len(document.lines)) if _RUST_TESTS.search(document.line(number))]
    whole = body and re.match(r"(?:pub )?mod \w+ \{", body[0]) is not None
    if not heads:
        inner = body if whole else ["mod tests {", "    use super::*;", "", *_deeper(imports, body), "}"]
        place = _at(document, len(document.lines))
        text = "".join(part + end for part in ("", "#[cfg(test)]", *inner))
        return (Change(place, place, (end if place.column else "") + text),)
    last = _closing(document, heads[-1])
    if last is None:
        return Refused("The end of the module for tests was not found.")
    if whole:
        inner = _deeper([], [line.removeprefix("    ") for line in body[1:-1]])
        inner = [line for line in inner if line.strip() != "use super::*;"]
    else:
        inner = _deeper([], body)
    place = Position(last, 0)
    return (Change(place, place, "".join(part + end for part in ("", *_without_blank_ends(inner)))),)


def _deeper(imports: Sequence[str], body: Sequence[str]) -> list[str]:
    return [f"    {line}" if line.strip() else "" for line in (*imports, *([""] if imports else []), *body)]


def _closing(document: Document, head: int) -> int | None:
    """The line of the bracket that closes a module, which stands alone on it."""
    depth = 0
    for number in range(head, len(document.lines)):
        for bracket in _BRACKETS.findall(document.line(number)):
            depth += 1 if bracket == "{" else -1
            if bracket == "}" and not depth:
                return number if document.line(number).strip() == "}" else None
    return None


def _at(document: Document, line: int) -> Position:
    """The start of a line; the end of the text for one behind the last."""
    if line < len(document.lines):
        return Position(line, 0)
    last = len(document.lines) - 1
    return Position(last, len(document.lines[last]))


def _without_blank_ends(lines: Sequence[str]) -> list[str]:
    numbers = [number for number, line in enumerate(lines) if line.strip()]
    return list(lines[numbers[0] : numbers[-1] + 1]) if numbers else []


def _fresh(before: Document, after: Document) -> list[int]:
    known = set(before.lines)
    return [number for number, line in enumerate(after.lines) if line not in known]


def _unknown(names: Sequence[str]) -> tuple[str, ...]:
    return (f"Unknown in this workspace: {listed(names)}.",) if names else ()
