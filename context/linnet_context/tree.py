"""Syntax trees of documents: parsed incrementally, never changed, asked for their errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linnet_context.offsets import Offsets, encode, width
from linnet_context.text import Document, Lines, Position, Splice

if TYPE_CHECKING:
    import tree_sitter

# Between two slices the parser lets other threads run.
_SLICE = 4096
_SLICE_LINES = 100
# More errors than this say no more than that the text is no program.
_MOST_ERRORS = 200


@dataclass(frozen=True, slots=True)
class Tree:
    """The syntax tree of one version of a document. Its parts are for this package alone."""

    language: str
    lines: Lines
    offsets: Offsets
    tree: tree_sitter.Tree

    @property
    def root(self) -> tree_sitter.Node:
        return self.tree.root_node

    def byte(self, position: Position) -> int:
        """The offset of a place in UTF-8 bytes; the place must exist."""
        before = self.lines[position.line][: position.column]
        return self.offsets.at(self.lines, position.line) + width(before)

    def position(self, point: tuple[int, int]) -> Position:
        """A place of the parser (columns in bytes) in ours (columns in code points)."""
        row, column = point
        line = self.lines[row] if row < len(self.lines) else ""
        if not line.isascii():
            column = len(encode(line)[:column].decode("utf-8", "ignore"))
        return Position(row, column)


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Text that the grammar does not allow; 0-based lines, columns in code points, the end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int
    message: str


def parse(document: Document, old: Tree | None = None, splices: Sequence[Splice] = ()) -> Tree | None:
    """The tree of a document; None for a language without a grammar.

    `old` is the tree of an earlier version and `splices` all that happened since, in order: then only what they
    touch is parsed anew. `old` stays as it is, so it may be read by others meanwhile.
    """
    import tree_sitter

    from linnet_context.grammars import grammar

    language = grammar(document.language)
    if language is None:
        return None
    edited, offsets = None, None
    if old is not None and old.language == document.language:
        edited, offsets = _edited(old, splices, document.lines)
    parser = tree_sitter.Parser(language)
    if offsets is None or edited is None:
        return Tree(
            document.language,
            document.lines,
            Offsets.of(list(document.lines)),
            parser.parse(_reader(document.lines)),
        )
    return Tree(document.language, document.lines, offsets, parser.parse(_reader(document.lines), edited))


def _edited(
    old: Tree, splices: Sequence[Splice], after: Lines
) -> tuple[tree_sitter.Tree | None, Offsets | None]:
    """A copy of the tree moved by the splices, and its offsets; nothing if they do not lead to the text `after`."""
    tree, lines, offsets = old.tree.copy(), old.lines, old.offsets
    for splice in splices:
        start, end = offsets.at(lines, splice.first), offsets.at(lines, splice.last)
        points = _point(lines, splice.first), _point(lines, splice.last)
        lines = lines.splice(splice.first, splice.last, splice.lines)
        offsets = offsets.spliced(lines, splice)
        new_last = splice.first + len(splice.lines)
        new_end = start + sum(map(width, splice.lines))
        tree.edit(start, end, new_end, points[0], points[1], _point(lines, new_last))
    return (tree, offsets) if len(lines) == len(after) else (None, None)


def _point(lines: Lines, line: int) -> tuple[int, int]:
    return (line, 0) if line < len(lines) else (len(lines) - 1, width(lines[-1]))


def _reader(lines: Lines) -> Callable[[int, tuple[int, int]], bytes]:
    """A function that hands the parser the text from a place on, a slice at a time."""
    kept_row, kept = -1, b""

    def rest(row: int, column: int) -> bytes:
        """What is left of a line behind a column in bytes. The last line is kept, for it may be very long."""
        nonlocal kept_row, kept
        if row != kept_row:
            kept_row, kept = row, encode(lines[row])
        return kept[column : column + _SLICE]

    def read(_offset: int, point: tuple[int, int]) -> bytes:
        row, column = point
        if row >= len(lines):
            return b""
        piece = rest(row, column)
        if len(piece) == _SLICE or (piece and not piece.endswith(b"\n")):
            return piece
        following = lines[row + 1 : row + 1 + _SLICE_LINES]
        text = "".join(following)
        if len(text) <= 2 * _SLICE and "\r" not in text:
            return piece + text.encode("utf-8", "replace")
        return piece or (rest(row + 1, 0) if following else b"")

    return read


def errors(tree: Tree) -> tuple[SyntaxProblem, ...]:
    """What the grammar does not allow, in the order of the text; at most 200."""
    return tuple(_problem(tree, node) for node in broken(tree.root))


def broken(root: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The nodes that stand for errors, outermost only."""
    found: list[tree_sitter.Node] = []
    waiting = [root] if root.has_error else []
    while waiting and len(found) < _MOST_ERRORS:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        else:
            waiting += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return found


def _problem(tree: Tree, node: tree_sitter.Node) -> SyntaxProblem:
    start, end = tree.position(node.start_point), tree.position(node.end_point)
    if node.is_missing:
        message = f"missing {node.type}" if node.is_named else f"missing `{node.type}`"
    else:
        text = tree.lines[start.line][start.column :] if start.line < len(tree.lines) else ""
        word = re.match(r"\w+|\S", text)
        message = f"unexpected `{word.group()}`" if word else "unexpected end"
    return SyntaxProblem(start.line, start.column, end.line, end.column, message)
