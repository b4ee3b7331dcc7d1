"""A fact sheet as Markdown: labelled facts, no prose that pretends to understand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from linnet_completions.explain.complexity import Complexity
from linnet_completions.explain.facts import FactSheet, Imported
from linnet_completions.explain.installed import Described
from linnet_completions.explain.usage import Site, Usage
from linnet_context.effects import Effect
from linnet_context.git import Commit
from linnet_context.outline import Definition

_MOST_SITES = 12
_MOST_MEMBERS = 60
_MOST_EFFECTS = 12
_MOST_LINES = 40
# Languages that a fenced block knows by another name than the language server protocol.
_FENCES = {"javascriptreact": "jsx", "typescriptreact": "tsx", "shellscript": "bash", "plaintext": "text"}


def to_markdown(sheet: FactSheet, problem: str = "", rule: str = "") -> str:
    """The sheet as Markdown; places are `path:line`, with lines from 1.

    `problem` is what a tool reports for the lines, `rule` the tool's page about the rule that it checks, as Markdown.
    """
    blocks = [_title(sheet), *_code(sheet)]
    blocks += [f"**Problem** {_quoted(problem)}"] if problem else []
    blocks += [rule] if rule else []
    blocks += _fenced(_first_lines(sheet.docstring), "text")
    blocks += _problems(sheet)
    blocks += _complexity(sheet.complexity)
    if sheet.subject == "file":
        blocks += _overview(sheet)
    else:
        blocks += _imports("Imports", sheet.imports)
        blocks += _section(
            "Defines" if sheet.subject == "range" else "Members",
            [_member(one) for one in sheet.members],
            _MOST_MEMBERS,
        )
        blocks += _usage(sheet)
        blocks += _section("Uses from this workspace", [_site(one) for one in sheet.calls], _MOST_SITES)
        blocks += _section("Uses from elsewhere", [_described(one) for one in sheet.installed], _MOST_SITES)
        blocks += _effects(sheet)
    blocks += _section("Last commits", [_commit(one) for one in sheet.commits], len(sheet.commits))
    if not sheet.complete:
        blocks.append("*The index of this workspace is still being built: uses elsewhere may be missing.*")
    return "\n\n".join(blocks) + "\n"


def _title(sheet: FactSheet) -> str:
    lines = f"{sheet.first + 1}" if sheet.first == sheet.last else f"{sheet.first + 1}-{sheet.last + 1}"
    place = f"{sheet.path}:{lines}"
    if sheet.subject == "symbol":
        return f"# {_word(sheet)} {_quoted(sheet.name)}\n\n{place}"
    if sheet.subject == "file":
        return f"# file {_quoted(sheet.path)}\n\n{sheet.language}, {sheet.last + 1} lines"
    if sheet.subject == "range":
        within = f" in {_word(sheet)} {_quoted(sheet.name)}" if sheet.name else ""
        return f"# lines {lines}{within}\n\n{place}"
    what = "statement" if sheet.excerpt.strip() else "blank line"
    return f"# {what} outside all definitions\n\n{place}"


_CALLED_BY_PYTHON = re.compile(r"\.__(?!init__|new__)\w+__$")
_WORDS = re.compile(r"\b(?:struct|interface|enum|trait|union|record|namespace|protocol)\b")


def _word(sheet: FactSheet) -> str:
    """What the language calls a definition of this kind."""
    found = _WORDS.search(sheet.signature) if sheet.kind in ("class", "type", "module") else None
    return found.group() if found else sheet.kind


def _code(sheet: FactSheet) -> list[str]:
    return _fenced(sheet.signature or sheet.excerpt, _FENCES.get(sheet.language, sheet.language))


def _fenced(text: str, language: str) -> list[str]:
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return [f"{fence}{language}\n{text}\n{fence}"] if text else []


def _first_lines(text: str) -> str:
    lines = text.split("\n")
    more = len(lines) - _MOST_LINES
    return "\n".join([*lines[:_MOST_LINES], f"… {more} more lines"]) if more > 1 else text


def _longest_ticks(text: str) -> int:
    longest = run = 0
    for letter in text:
        run = run + 1 if letter == "`" else 0
        longest = max(longest, run)
    return longest


def _quoted(text: str) -> str:
    """Text as a code span, whatever back-ticks it has."""
    text = " ".join(text.split())
    ticks = "`" * (_longest_ticks(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def _section(title: str, items: Iterable[str], most: int) -> list[str]:
    found = list(items)
    if not found:
        return []
    shown = [f"- {item}" for item in found[:most]]
    if most < len(found):
        shown.append(f"- … and {len(found) - most} more")
    count = f" ({len(found)})" if len(found) > 1 else ""
    return [f"**{title}**{count}\n" + "\n".join(shown)]


def _problems(sheet: FactSheet) -> list[str]:
    return _section("Syntax errors", sheet.problems, _MOST_SITES)


def _complexity(found: Complexity | None) -> list[str]:
    if found is None:
        return []
    return [f"**Complexity** {found.cyclomatic} (independent paths), {found.lines} lines of code"]


def _usage(sheet: FactSheet) -> list[str]:
    if sheet.subject != "symbol":
        return []
    found: Usage = sheet.usage
    if sheet.kind in ("function", "method", "class", "type"):
        title = "Called by" if sheet.kind in ("function", "method") else "Used by"
        blocks = _section(title, _sites(sheet, found.callers), _MOST_SITES)
        blocks += _section(
            "Also mentioned by" if blocks else "Mentioned by", _sites(sheet, found.mentions), _MOST_SITES
        )
    else:
        blocks = _section("Used by", _sites(sheet, (*found.callers, *found.mentions)), _MOST_SITES)
    blocks += _section("Tests that mention it", _sites(sheet, found.tests), _MOST_SITES)
    if not blocks:
        blocks.append("**Used by** nothing found in this workspace")
    return blocks + _doubts(sheet, found)


def _doubts(sheet: FactSheet, found: Usage) -> list[str]:
    """Why some uses may be another's: they are found by name."""
    doubts: list[str] = []
    if found.namesakes:
        several = found.namesakes > 1
        doubts.append(
            f"{found.namesakes} other definition{'s' * several} in this workspace {'have' if several else 'has'} the "
            "same name, and uses are found by name."
        )
    elif found.common:
        doubts.append("Uses are found by name, and types from elsewhere have methods of this name too.")
    if sheet.kind == "method" and _CALLED_BY_PYTHON.search(sheet.name):
        doubts.append("Python calls it for an operator or a built-in function, which names it nowhere.")
    if found.unclear:
        uses, are = ("use", "is") if found.unclear == 1 else ("uses", "are")
        doubts.append(
            f"{found.unclear} {uses} of the name in files that do not import this one {are} left out."
        )
    return [f"*{' '.join(doubts)}*"] if doubts else []


def _sites(sheet: FactSheet, sites: Iterable[Site]) -> Iterator[str]:
    for site in sites:
        itself = site.path == sheet.path and site.name == sheet.name and sheet.kind in ("function", "method")
        yield "itself" if itself else _site(site)


def _site(site: Site) -> str:
    times = f" ({site.count} times)" if site.count > 1 else ""
    place = f"{site.path}:{site.line + 1}"
    return f"{_quoted(site.name)} {place}{times}" if site.name else f"{place}{times}"


def _described(one: Described) -> str:
    """A symbol from elsewhere, with its own words where it has some: they are quoted, for they are none of ours."""
    words = f": {_quoted(one.words)}" if one.words else ""
    return f"{_quoted(one.signature)} from {_quoted(one.module)}{words}"


def _effects(sheet: FactSheet) -> Iterator[str]:
    # What all methods of a class assign together says little about it.
    assigned = (
        () if sheet.subject == "symbol" and sheet.kind in ("class", "type", "module") else sheet.assigned
    )
    for title, found in (
        ("Raises", sheet.raised),
        ("Catches", sheet.caught),
        ("Assigns", assigned),
        ("Reaches outside", sheet.outside),
    ):
        yield from _section(title, [_effect(one) for one in found], _MOST_EFFECTS)


def _effect(effect: Effect) -> str:
    return f"{_quoted(effect.text)} line {effect.line + 1}"


def _member(definition: Definition) -> str:
    return f"{_quoted(definition.signature)} line {definition.line + 1}"


def _overview(sheet: FactSheet) -> Iterator[str]:
    outer = sum(1 for one in sheet.members if not one.parent)
    lines = [
        f"{'  ' * _is_inside(one, sheet.members)}- {_member(one)}"
        for one in sheet.members
        if not one.parent or one.kind not in ("field", "variable", "constant")
    ]
    if lines:
        more = [f"- … and {len(lines) - _MOST_MEMBERS} more"] if len(lines) > _MOST_MEMBERS else []
        yield f"**Defines** ({outer})\n" + "\n".join(lines[:_MOST_MEMBERS] + more)
    yield from _imports("Imports", sheet.imports)
    yield from _section("Imported by", sheet.importers, 2 * _MOST_SITES)


def _is_inside(inner: Definition, others: Iterable[Definition]) -> bool:
    """Whether a definition stands inside that of its parent; methods of Go and Rust do not."""
    return any(one.name == inner.parent and one.line <= inner.line <= one.end_line for one in others)


def _imports(title: str, imports: Iterable[Imported]) -> list[str]:
    found = list(imports)
    ours = [f"{_quoted(_names(one))} {', '.join(one.paths[:3])}" for one in found if one.paths]
    blocks = _section(f"{title} from this workspace", ours, 2 * _MOST_SITES)
    others = dict.fromkeys(_quoted(one.module) for one in found if not one.paths)
    return [*blocks, f"**{title} from elsewhere** " + ", ".join(others)] if others else blocks


def _names(one: Imported) -> str:
    return f"{one.module}: {', '.join(one.names)}" if one.names else one.module


def _commit(commit: Commit) -> str:
    return f"{commit.id[:10]} {commit.date[:10]} {commit.author}: {_quoted(commit.subject)}"
