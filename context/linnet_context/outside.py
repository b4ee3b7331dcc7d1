"""Signatures of installed packages that stand for what is used near the cursor, in a part of the budget of their own."""

from __future__ import annotations

import posixpath

from .budget import line_tokens, text_tokens
from .evidence import nearness
from .index.index import Index
from .index.places import View
from .pack import Packing, Sources
from .receivers import makers_near
from .resolve.installed import Installed, Signature, spoken_of
from .snippet import Chunk, LeftOut

_NEAR_LINES = 30
_LEAST = 0.1
_MOST_MEMBERS = 12
_INDENT = "    "


def add_installed(packing: Packing, budget: int, index: Index, view: View, sources: Sources) -> None:
    """The signatures of imported functions and classes that are near the cursor, the nearest first."""
    budget = min(budget, packing.room)
    taken = set[tuple[str, int]]()
    for score, found in _wanted(index, view, sources.language):
        if (found.path, found.head.line) in taken:
            continue
        taken.add((found.path, found.head.line))
        header = sources.header(_short(found.path))
        cost = line_tokens(header) + line_tokens(found.head.text)
        if cost > budget:
            packing.left_out.append(LeftOut(f"{found.head.name} ({_short(found.path)})", "budget"))
            continue
        body = [found.head.text]
        for member in _known_first(view, found.members)[:_MOST_MEMBERS]:
            price = line_tokens(_INDENT + member.text)
            if cost + price <= budget:
                cost += price
                body.append(_INDENT + member.text)
        budget -= cost
        text = [header, *body]
        why = f"{found.head.name}: imported from an installed package, used near the cursor"
        chunk = Chunk(
            found.path, -1, -1, "\n".join(text), text_tokens(text), "installed", round(score, 6), why
        )
        packing.add(chunk, body)


def _wanted(index: Index, view: View, language: str) -> list[tuple[float, Installed]]:
    """What the imports that lead to installed packages stand for, by how near it is to the cursor."""
    imports = view.own.outline.imports
    if not any(index.packages.leads_outside(one, view.path) for one in imports):
        return []
    lines = view.own.lines[max(0, view.at - _NEAR_LINES) : view.at + _NEAR_LINES]
    near = nearness(view)
    makers = makers_near(view, language, near)
    ids = view.corpus.vocabulary.ids
    found = list[tuple[float, Installed]]()
    for name, one in spoken_of(imports, lines):
        number = ids.get(name, len(near))
        score = max(float(near[number]) if number < len(near) else 0.0, makers.get(name, 0.0))
        if score >= _LEAST and (installed := index.packages.lookup(one, view.path)) is not None:
            found.append((score, installed))
    return sorted(found, key=lambda pair: (-round(pair[0], 9), pair[1].path, pair[1].head.line))


def _known_first(view: View, members: tuple[Signature, ...]) -> list[Signature]:
    """Members that the workspace uses come first, the most used ones before the others, and attributes last; how it is made leads."""
    ids = view.corpus.vocabulary.ids
    uses = view.uses

    def order(pair: tuple[int, Signature]) -> tuple[bool, bool, int, int]:
        number = ids.get(pair[1].name, len(uses))
        used = int(uses[number]) if number < len(uses) else 0
        return pair[1].name != "__init__", "(" not in pair[1].text, -used, pair[0]

    return [member for _, member in sorted(enumerate(members), key=order)]


def _short(path: str) -> str:
    """The path within its environment."""
    for folder in ("site-packages/", "node_modules/"):
        _, found, rest = path.rpartition("/" + folder)
        if found:
            return rest
    return posixpath.basename(path)
