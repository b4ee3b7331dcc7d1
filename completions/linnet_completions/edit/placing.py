"""Which lines of an answer replace those that were asked about, and how far they are indented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import Span
from linnet_context.effects import statement
from linnet_context.extents import extent
from linnet_context.outline import Outline, outline
from linnet_context.text import Document


@dataclass(frozen=True, slots=True)
class Placed:
    """The lines (without endings) that replace a span, and import statements that belong to the head of the file."""

    lines: tuple[str, ...]
    imports: tuple[str, ...] = ()


def placed(document: Document, found: Outline, span: Span, name: str, code: str) -> Placed | Refused:
    """What of some code replaces a span of a document whose outline is `found`.

    `name` is the definition that was asked about, or "". Code that shows more of the file than that gives what it has
    for the span alone.
    """
    shown = outline(code, document.language)
    lines = code.split("\n")
    beyond = _beyond(found, span, shown, name)
    heads = span.first == 0 or any(span.holds(one.line) for one in found.imports)
    imports, start = ((), 0) if heads else missing_imports(lines, document.language, shown, found)
    if not beyond:
        kept = lines[start:]
        return Placed(_indented(document, span, kept), imports) if _has_text(kept) else _OTHER
    cut = (
        _named(code, document.language, shown, found, span, name) if name else _between(document, span, lines)
    )
    if cut is None:
        return _OTHER
    return Placed(_indented(document, span, lines[cut.first : cut.last + 1]), imports)


_OTHER = Refused("The answer shows other lines than those that were asked about.")


def _has_text(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _beyond(found: Outline, span: Span, shown: Outline, name: str) -> bool:
    """Whether code shows definitions that the document has elsewhere."""
    if len(shown.definitions) == 1 and shown.definitions[0].name == name:
        return False  # A method that is shown without its class has the name of a function, perhaps.
    inside = {(one.parent, one.name) for one in found.definitions if span.holds(one.line)}
    bare = {one for _, one in inside}
    outside = {(one.parent, one.name) for one in found.definitions if not span.holds(one.line)} - inside
    return any(
        (one.parent, one.name) in outside and (one.parent or one.name not in bare)
        for one in shown.definitions
        if one.kind not in ("field", "variable")
    )


def _named(code: str, language: str, shown: Outline, found: Outline, span: Span, name: str) -> Span | None:
    """The lines of code that hold the definition that was asked about."""
    parents = {one.parent for one in found.definitions if one.name == name and span.holds(one.line)}
    same = [one for one in shown.definitions if one.name == name and one.parent in parents]
    if len(same) != 1:
        return None
    lines = extent(code, language, same[0])
    return Span(lines.first, lines.last) if lines is not None else None


def _between(document: Document, span: Span, lines: Sequence[str]) -> Span | None:
    """The lines of code between what stands right above the span and what stands right below it."""
    old = [document.line(number).rstrip() for number in range(len(document.lines))]
    new = [line.rstrip() for line in lines]
    above = next((line for line in range(span.first - 1, -1, -1) if old[line]), None)
    below = next((line for line in range(span.last + 1, len(old)) if old[line]), None)
    places = dict[int, int]()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        places.update((block.a + step, block.b + step) for step in range(block.size))
    first = 0 if above is None else places.get(above, -1) + 1
    last = len(new) - 1 if below is None else places.get(below, -1) - 1
    if (above is not None and not first) or (below is not None and last < 0) or last < first:
        return None
    return _without_blanks(new, Span(first, last))


def _without_blanks(lines: Sequence[str], span: Span) -> Span | None:
    numbers = [number for number in range(span.first, span.last + 1) if lines[number].strip()]
    return Span(numbers[0], numbers[-1]) if numbers else None


def missing_imports(
    lines: Sequence[str], language: str, shown: Outline, found: Outline
) -> tuple[tuple[str, ...], int]:
    """The import statements at the head of some code that a document lacks, and where the code behind them starts.

    `shown` is the outline of the code, `found` that of the document.
    """
    known = {(one.module, one.name, one.alias) for one in found.imports}
    code, missing, at = "\n".join(lines), list[str](), 0
    while at < len(lines):
        if language in ("go", "java") and lines[at].startswith("package "):
            at += 1
            continue
        first, last = statement(code, language, at)
        fresh = [one for one in shown.imports if first <= one.line <= last]
        if not fresh or not _is_import(shown, lines[first], first, last):
            if lines[at].strip():
                break
            at += 1
            continue
        lacking = [one for one in fresh if (one.module, one.name, one.alias) not in known]
        if lacking and language == "go" and first < last:
            missing += [f"import {lines[one.line].strip()}" for one in lacking]
        elif lacking:
            missing.append("\n".join(lines[first : last + 1]))
        at = last + 1
    return tuple(missing), at


def _is_import(shown: Outline, head: str, first: int, last: int) -> bool:
    """Whether a statement imports and does nothing else: no function that imports inside, no block."""
    inside = any(first <= one.line <= last for one in shown.definitions)
    return not inside and not head[:1].isspace() and not head.startswith(("if ", "try"))


def _indented(document: Document, span: Span, lines: Sequence[str]) -> tuple[str, ...]:
    """Lines indented as those that they replace: of the ways to shift them the one that leaves most of them as they were."""
    old = [document.line(number) for number in range(span.first, span.last + 1)]
    known = {line.rstrip() for line in old if line.strip()}
    wanted = _first_indent(old)
    ways: list[list[str]] = [list(lines), _shifted(lines, _first_indent(lines), wanted)]
    if len(lines) > 1:
        ways.append([wanted + lines[0].lstrip(), *lines[1:]])
        ways.append(_shifted(lines, _least_indent(lines), _least_indent(old)))
    if wanted.startswith("\t"):
        ways += [[_tabbed(line) for line in way] for way in ways]

    def kept(way: list[str]) -> tuple[int, bool]:
        return sum(line.rstrip() in known for line in way if line.strip()), _first_indent(way) == wanted

    best = max(ways, key=kept)
    return tuple(best)


def _first_indent(lines: Sequence[str]) -> str:
    line = next((line for line in lines if line.strip()), "")
    return line[: len(line) - len(line.lstrip())]


def _least_indent(lines: Sequence[str]) -> str:
    return min(
        (line[: len(line) - len(line.lstrip())] for line in lines if line.strip()), key=len, default=""
    )


def _shifted(lines: Sequence[str], have: str, wanted: str) -> list[str]:
    return [
        wanted + line.removeprefix(have) if line.strip() and line.startswith(have) else line for line in lines
    ]


def _tabbed(line: str) -> str:
    """A line with each four blanks of its indentation written as a tab."""
    indent = line[: len(line) - len(line.lstrip())]
    return indent.replace("    ", "\t") + line[len(indent) :]


def import_line(document: Document, found: Outline) -> int | None:
    """The line before which another import statement belongs; None where that cannot be told."""
    spans = {statement(document.text(), document.language, one.line) for one in found.imports}
    ends = [end for start, end in spans if _is_import(found, document.line(start), start, end)]
    first = min((one.line for one in found.definitions), default=len(document.lines))
    above = [end for end in ends if end < first] or sorted(ends)[:1]
    if above:
        return max(above) + 1
    return _behind_head(document)


def _behind_head(document: Document) -> int | None:
    """The first line behind the comments, the docstring and the package clause that a file begins with."""
    line, text = 0, document.text()
    while line < len(document.lines):
        start = document.line(line).strip()
        if not start or start.startswith(
            ("#!", "# ", "//", "/*", "*", "package ", "'use strict'", '"use strict"')
        ):
            line += 1
        elif document.language == "python" and start.startswith(('"', "'", 'r"')):
            line = statement(text, document.language, line)[1] + 1
        else:
            return line
    return None
