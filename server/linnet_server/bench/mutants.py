"""Mistakes put into real Python files one at a time, each beside an edit of the same shape that changes no meaning."""

from __future__ import annotations

import ast
import builtins
import random
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_PLAIN_NAME = re.compile(r"[a-z_]\w*")


ANYWHERE = -1


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text with one mistake at `line` (0-based), and the control: the same place edited without a change of meaning.

    A mistake that shows somewhere else has the line `ANYWHERE`.
    """

    text: str
    line: int
    control: str


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: its lines, its nodes with their parents, and every name that stands in it."""

    text: str
    lines: tuple[str, ...]
    nodes: tuple[ast.AST, ...]
    parents: dict[ast.AST, ast.AST]
    names: frozenset[str]

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function of the file."""
        return (each for each in self.nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


Operator = Callable[[Source, random.Random], Iterator[Mutant]]


def source_of(text: str) -> Source | None:
    """The file, or None where it cannot be mutated fairly: it does not parse, or gets names that nobody can know."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    nodes = tuple(ast.walk(tree))
    if any(isinstance(each, ast.ImportFrom) and each.names[0].name == "*" for each in nodes):
        return None
    parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    names = {each.id for each in nodes if isinstance(each, ast.Name)} | set(re.findall(r"\w+", text))
    return Source(text, tuple(text.split("\n")), nodes, parents, frozenset(names))


def _replaced(source: Source, node: ast.expr | ast.stmt, old: str, new: str) -> str | None:
    """The text with `old`, which must stand where a node starts, replaced; None for lines that are not plain ASCII."""
    number, column = node.lineno - 1, node.col_offset
    line = source.lines[number]
    if not line.isascii() or not line.startswith(old, column):
        return None
    lines = list(source.lines)
    lines[number] = line[:column] + new + line[column + len(old) :]
    return "\n".join(lines)


def _segment(source: Source, node: ast.expr) -> str | None:
    """A node's own text if it is one line of plain ASCII."""
    line = source.lines[node.lineno - 1]
    if node.end_lineno != node.lineno or not line.isascii() or node.end_col_offset is None:
        return None
    return line[node.col_offset : node.end_col_offset]


def _swapped(source: Source, node: ast.expr, new: str, control: str | None = None) -> Iterator[Mutant]:
    """A mutant that has `new` for an expression; its control has the expression in brackets."""
    old = _segment(source, node)
    if old is None or old == new:
        return
    text = _replaced(source, node, old, new)
    same = _replaced(source, node, old, control or f"({old})")
    if text is not None and same is not None:
        yield Mutant(text, node.lineno - 1, same)


def _locals(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, list[ast.Name]]:
    """The names that a function assigns, with all their places; none for one that holds another scope."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Global, ast.Nonlocal)
    nodes = [each for statement in function.body for each in ast.walk(statement)]
    if any(isinstance(each, inner) for each in nodes):
        return {}
    found: dict[str, list[ast.Name]] = {}
    for each in nodes:
        if isinstance(each, ast.Name):
            found.setdefault(each.id, []).append(each)
    given = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    return {
        name: places
        for name, places in found.items()
        if name not in given and any(isinstance(each.ctx, ast.Store) for each in places)
    }


def name_typo(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """Two letters of a local variable swapped where it is read; the control renames it everywhere."""
    for function in source.functions():
        for name, places in _locals(function).items():
            read = [each for each in places if isinstance(each.ctx, ast.Load)]
            wrong = _typo(name, source, chance)
            if not read or wrong is None:
                continue
            place = chance.choice(read)
            text = _replaced(source, place, name, wrong)
            control = _renamed(source, places, name, f"{name}_value")
            if text is not None and control is not None:
                yield Mutant(text, place.lineno - 1, control)


def _typo(name: str, source: Source, chance: random.Random) -> str | None:
    if len(name) < 4:
        return None
    at = chance.randrange(1, len(name) - 1)
    wrong = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    fits = (
        wrong != name and wrong.isidentifier() and wrong not in source.names and not hasattr(builtins, wrong)
    )
    return wrong if fits else None


def _renamed(source: Source, places: Sequence[ast.Name], old: str, new: str) -> str | None:
    lines = list(source.lines)
    for each in sorted(places, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        line = lines[each.lineno - 1]
        if not line.isascii() or not line.startswith(old, each.col_offset):
            return None
        lines[each.lineno - 1] = line[: each.col_offset] + new + line[each.col_offset + len(old) :]
    return None if new in source.names else "\n".join(lines)


def mutable_default(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`=[]` for a default of None."""
    for function in source.functions():
        arguments = [*function.args.posonlyargs, *function.args.args][-len(function.args.defaults) or 10**6 :]
        for argument, default in zip(arguments, function.args.defaults, strict=False):
            kind = _segment(source, argument.annotation) if argument.annotation else "list"
            if (
                isinstance(default, ast.Constant)
                and default.value is None
                and re.search(r"(?i)\blist\b", kind or "")
            ):
                yield from _swapped(source, default, "[]")


def dropped_raise(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`X(...)` for `raise X(...)`; the control puts the exception in brackets."""
    for each in source.nodes:
        if not isinstance(each, ast.Raise) or not isinstance(each.exc, ast.Call) or each.cause is not None:
            continue
        called = _segment(source, each.exc.func)
        text = _replaced(source, each, "raise ", "")
        end = (each.end_lineno or each.lineno) - 1
        whole = source.lines[end].isascii() and each.end_col_offset == len(source.lines[end])
        if called is None or text is None or not whole or not called.rpartition(".")[2][:1].isupper():
            continue
        lines = list(source.lines)
        lines[end] += ")"
        lines[each.lineno - 1] = lines[each.lineno - 1].replace("raise ", "raise (", 1)
        yield Mutant(text, each.lineno - 1, "\n".join(lines))


def bare_except(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`except:` for `except X:`."""
    for each in source.nodes:
        if isinstance(each, ast.ExceptHandler) and each.type is not None and each.name is None:
            kind = _segment(source, each.type)
            if any(isinstance(inner, ast.Raise) for statement in each.body for inner in ast.walk(statement)):
                continue  # What is raised again is not swallowed.
            number = each.lineno - 1
            if kind is None or each.type.lineno != each.lineno or isinstance(each.type, ast.Tuple):
                continue
            lines = list(source.lines)
            lines[number] = lines[number].replace(f"except {kind}:", "except:", 1)
            other = list(source.lines)
            other[number] = other[number].replace(f"except {kind}:", f"except ({kind}):", 1)
            if lines[number] != source.lines[number]:
                yield Mutant("\n".join(lines), number, "\n".join(other))


def dropped_f(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """An f-string without its f."""
    for each in source.nodes:
        if isinstance(each, ast.JoinedStr) and any(
            isinstance(part, ast.FormattedValue) for part in each.values
        ):
            text = _segment(source, each)
            if text and text[:2] in ("f'", 'f"') and not isinstance(source.parents.get(each), ast.JoinedStr):
                yield from _swapped(source, each, text[1:])


def dropped_await(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`f()` for `await f()`."""
    for each in source.nodes:
        if isinstance(each, ast.Await):
            text = _segment(source, each)
            if text:
                yield from _swapped(source, each, text.removeprefix("await "))


def dropped_return(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`x` for `return x` at the end of a function."""
    for function in source.functions():
        last = function.body[-1]
        if isinstance(last, ast.Return) and last.value is not None and len(function.body) > 1:
            text = _replaced(source, last, "return ", "")
            old = _segment(source, last.value)
            same = _replaced(source, last, f"return {old}", f"return ({old})") if old else None
            if text is not None and same is not None:
                yield Mutant(text, last.lineno - 1, same)


_SWAPS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
_NEGATED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.In: ("in", "not in"),
}


def _compared(source: Source, table: dict[type[ast.cmpop], tuple[str, str]]) -> Iterator[Mutant]:
    for each in source.nodes:
        if isinstance(each, ast.Compare) and len(each.ops) == 1 and type(each.ops[0]) in table:
            old, new = table[type(each.ops[0])]
            left, text = _segment(source, each.left), _segment(source, each)
            right = _segment(source, each.comparators[0])
            if left and text and right and text == f"{left} {old} {right}":
                yield from _swapped(source, each, f"{left} {new} {right}")


def boundary(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`<=` for `<`, and so on."""
    return _compared(source, _SWAPS)


def negated(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`!=` for `==`, and so on."""
    return _compared(source, _NEGATED)


def and_or(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`or` for `and`, and the reverse."""
    for each in source.nodes:
        if isinstance(each, ast.BoolOp) and len(each.values) == 2:
            parts = [_segment(source, value) for value in each.values]
            old, new = ("and", "or") if isinstance(each.op, ast.And) else ("or", "and")
            if all(parts) and _segment(source, each) == f"{parts[0]} {old} {parts[1]}":
                yield from _swapped(source, each, f"{parts[0]} {new} {parts[1]}")


def dropped_not(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """`x` for `not x`."""
    for each in source.nodes:
        if isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Not):
            text = _segment(source, each)
            if text and text.startswith("not "):
                yield from _swapped(source, each, text.removeprefix("not "))


def dropped_guard(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """An `if` that only leaves the function, taken out."""
    for each in source.nodes:
        leaves = isinstance(each, ast.If) and not each.orelse and len(each.body) == 1
        if not leaves or not isinstance(each, ast.If) or not isinstance(each.body[0], ast.Return | ast.Raise):
            continue
        test = _segment(source, each.test)
        around = source.parents.get(each)
        alone = isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef) and len(around.body) > 1
        if test is None or not alone or source.lines[each.lineno - 1].lstrip().startswith("elif"):
            continue
        end = each.end_lineno or each.lineno
        lines = [*source.lines[: each.lineno - 1], *source.lines[end:]]
        control = _replaced(source, each.test, test, f"({test})")
        if control is not None:
            yield Mutant("\n".join(lines), each.lineno - 1, control)


def dropped_argument(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """A call without its last argument."""
    for each in source.nodes:
        if isinstance(each, ast.Call) and len(each.args) > 1 and not each.keywords:
            text, last = _segment(source, each), _segment(source, each.args[-1])
            if text and last and text.endswith(f", {last})"):
                yield from _swapped(source, each, f"{text[: -len(last) - 3]})")


def swapped_arguments(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """A call with its two arguments in the other order."""
    for each in source.nodes:
        if isinstance(each, ast.Call) and len(each.args) == 2 and not each.keywords:
            text, one, two = (
                _segment(source, each),
                _segment(source, each.args[0]),
                _segment(source, each.args[1]),
            )
            if text and one and two and one != two and text.endswith(f"({one}, {two})"):
                yield from _swapped(source, each, f"{text[: -len(one) - len(two) - 4]}({two}, {one})")


def misused_variable(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """Another variable of the function in one's place."""
    for function in source.functions():
        known = _locals(function)
        for name, places in known.items():
            others = [other for other in known if other != name]
            read = [each for each in places if isinstance(each.ctx, ast.Load)]
            if others and read:
                yield from _swapped(source, chance.choice(read), chance.choice(others))


def off_by_one(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """One more than a small number in an index or a range."""
    for each in source.nodes:
        if isinstance(each, ast.Constant) and type(each.value) is int and 0 <= each.value < 10:
            around = source.parents.get(each)
            if isinstance(around, ast.Subscript | ast.Slice | ast.BinOp):
                yield from _swapped(source, each, str(each.value + 1))


def attribute_typo(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """Two letters of an attribute of `self` swapped where it is read."""
    for each in source.nodes:
        if (
            isinstance(each, ast.Attribute)
            and isinstance(each.ctx, ast.Load)
            and isinstance(each.value, ast.Name)
        ):
            wrong = _typo(each.attr, source, chance) if each.value.id == "self" else None
            if wrong:
                yield from _swapped(source, each, f"self.{wrong}")


def dropped_import(source: Source, chance: random.Random) -> Iterator[Mutant]:
    """A module that is used and no longer imported; the control imports it in a longer form."""
    for each in source.nodes:
        if (
            isinstance(each, ast.Import)
            and len(each.names) == 1
            and each.col_offset == 0
            and each.lineno == each.end_lineno
        ):
            name = each.names[0]
            used = any(isinstance(other, ast.Name) and other.id == name.name for other in source.nodes)
            if name.asname or not used or not _PLAIN_NAME.fullmatch(name.name):
                continue
            lines = [*source.lines[: each.lineno - 1], *source.lines[each.lineno :]]
            other = list(source.lines)
            other[each.lineno - 1] = f"import {name.name} as {name.name}"
            yield Mutant("\n".join(lines), ANYWHERE, "\n".join(other))


OPERATORS: dict[str, Operator] = {
    "name typo": name_typo,
    "mutable default": mutable_default,
    "dropped raise": dropped_raise,
    "bare except": bare_except,
    "dropped import": dropped_import,
    "dropped f": dropped_f,
    "dropped await": dropped_await,
    "dropped return": dropped_return,
    "boundary": boundary,
    "negated": negated,
    "and for or": and_or,
    "dropped not": dropped_not,
    "dropped guard": dropped_guard,
    "dropped argument": dropped_argument,
    "swapped arguments": swapped_arguments,
    "misused variable": misused_variable,
    "off by one": off_by_one,
    "attribute typo": attribute_typo,
}
