"""The text round the cursor by token budget, and what of the same file lies out of sight but holds there."""

from __future__ import annotations

from .budget import first_lines, first_part, last_lines, last_part, line_tokens, text_tokens
from .index.names import IDENTIFIER
from .index.places import View
from .pack import Packing, Sources, definition_line
from .snippet import Chunk, LeftOut
from .text import Document, Position

_FAR = 2_000
"""Lines looked at each way: more fit into no budget that a model is given for a completion."""


def prefix_chunk(document: Document, position: Position, budget: int) -> Chunk:
    """The text that ends at the cursor: whole lines, and the part of its own line before it."""
    here = document.before(position)
    if line_tokens(here) > budget:
        here = last_part(here, budget)
        return _chunk(
            document, position.line, position.line, here, line_tokens(here) if here else 0, "prefix"
        )
    start = max(0, position.line - _reach(budget))
    lines = [line.rstrip("\r\n") for line in document.lines[start : position.line]]
    spent = line_tokens(here) if here else 0
    count, cost = last_lines(lines, budget - spent)
    first = position.line - count
    text = "".join(document.lines[first : position.line]) + here
    return _chunk(document, first, position.line, text, cost + spent, "prefix")


def suffix_chunk(document: Document, position: Position, budget: int) -> Chunk:
    """The text that starts at the cursor: the rest of its line, and whole lines."""
    rest = document.after(position)
    if line_tokens(rest) > budget:
        rest = first_part(rest, budget)
        return _chunk(
            document, position.line, position.line, rest, line_tokens(rest) if rest else 0, "suffix"
        )
    ending = document.lines[position.line][len(document.line(position.line)) :]
    lines = [
        line.rstrip("\r\n") for line in document.lines[position.line + 1 : position.line + 1 + _reach(budget)]
    ]
    spent = line_tokens(rest)
    count, cost = first_lines(lines, budget - spent)
    last = position.line + count
    text = rest + (ending + "".join(document.lines[position.line + 1 : last + 1]) if count else "")
    return _chunk(document, position.line, last, text, cost + spent if text else 0, "suffix")


def _reach(budget: int) -> int:
    """Lines worth a look for a budget: each costs a token at least."""
    return max(0, min(_FAR, budget))


def _chunk(document: Document, first: int, last: int, text: str, cost: int, source: str) -> Chunk:
    why = "the text before the cursor" if source == "prefix" else "the text behind the cursor"
    return Chunk(document.path, first, last, text, cost, source, 1.0, why)


def add_frame(packing: Packing, budget: int, view: View, sources: Sources) -> None:
    """Headers of the scopes round the cursor, then imports, as far as they lie before what the asker has."""
    budget = min(budget, packing.room)
    budget -= _add_lines(
        packing, budget, _scopes(view), "scope", "heads a scope round the cursor", view, sources
    )
    used = _words_in_sight(view)
    imports = {line: text for line, text in _imports(view).items() if "__future__" not in text}
    wanted = [line for line in imports if used & set(IDENTIFIER.findall(imports[line]))]
    chosen = {line: imports[line] for line in (*wanted, *imports)}
    _add_lines(packing, budget, chosen, "import", "what this file imports", view, sources)


def _scopes(view: View) -> dict[int, str]:
    """Heads of the definitions round the cursor, by line, with their indentation."""
    heads = {}
    for one in view.own.outline.definitions:
        if (
            one.line < view.low
            and one.end_line >= view.at
            and one.kind in {"class", "function", "method", "type"}
        ):
            indent = view.own.lines[one.line][: -len(view.own.lines[one.line].lstrip()) or None]
            heads[one.line] = (indent if indent.isspace() else "") + definition_line(view.own.lines, one.line)
    return heads


def _imports(view: View) -> dict[int, str]:
    lines = sorted({one.line for one in view.own.outline.imports if one.line < view.low})
    return {line: definition_line(view.own.lines, line) for line in lines}


def _words_in_sight(view: View) -> set[str]:
    return {word for line in view.own.lines[view.low : view.high] for word in IDENTIFIER.findall(line)}


def _add_lines(
    packing: Packing,
    budget: int,
    wanted: dict[int, str],
    source: str,
    why: str,
    view: View,
    sources: Sources,
) -> int:
    """Add as many of the lines as fit, the first wanted first, shown in the file's order; returns their cost."""
    header = sources.header(view.path)
    cost, chosen = line_tokens(header), list[int]()
    for line, text in wanted.items():
        if cost + line_tokens(text) > budget:
            packing.left_out.append(LeftOut(text.strip()[:80], "budget"))
            continue
        cost += line_tokens(text)
        chosen.append(line)
    if not chosen:
        return 0
    body = [wanted[line] for line in sorted(chosen)]
    text = "\n".join([header, *body])
    whole = len(chosen) == max(chosen) - min(chosen) + 1
    first, last = (min(chosen), max(chosen)) if whole else (-1, -1)
    packing.add(Chunk(view.path, first, last, text, text_tokens([header, *body]), source, 1.0, why), body)
    return cost
