"""Hold the callers on fact sheets against a brute-force search of every file, and print what was missed.

    python tools/check_facts.py --symbols 50 FOLDER [FOLDER ...]

Each FOLDER is the work tree of a repository. The symbols are drawn from all functions, methods and classes that stand
outside of tests, evenly over the folders, with a fixed seed. The search knows nothing of syntax trees: it takes comments
and strings out of each file (Python by its own tokenizer) and looks for the bare word. A line that it finds counts unless
it defines the name or imports it. The sheet names the same lines by caller; a line that it lacks is a miss unless the
sheet says that it left it out, for the name has other definitions and the file does not import this one.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from linnet_completions.explain.facts import FactSheet, facts
from linnet_context.index.index import Index
from linnet_context.languages import is_test_path, language_of
from linnet_context.outline import Definition
from linnet_context.text import Document

SEED = 11
KINDS = ("function", "method", "class")
_CLUTTER = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)
_COMPUTED = re.compile(r"\$\{[^}]*\}")
_IMPORT = re.compile(r"^\s*(?:from\s+\S+\s+import\b|import\b|export\s+(?:\*|\{)|use\s)")
_STRINGS = {tokenize.STRING, tokenize.COMMENT}


@dataclass(frozen=True, slots=True)
class Checked:
    """One symbol: lines that a search finds, that the sheet has, that it lacks without saying so, and has wrongly."""

    place: str
    name: str
    found: int
    told: int
    missed: tuple[str, ...]
    invented: tuple[str, ...]
    left_out: int


def main(arguments: Sequence[str]) -> int:
    """Check the symbols of some folders; 1 when a sheet has a caller that is none."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--symbols", type=int, default=50)
    parser.add_argument("folders", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    results: list[Checked] = []
    for number, folder in enumerate(given.folders):
        share = len(range(number, given.symbols, len(given.folders)))
        one = list(checked(folder, share))
        results += one
        print(f"{folder.name}: {_summary(one)}")
    print(f"all: {_summary(results)}")
    for each in results:
        for kind, places in (("missed", each.missed), ("invented", each.invented)):
            if places:
                print(f"  {kind} of {each.name} ({each.place}): {', '.join(places)}")
    return int(any(each.invented for each in results))


def checked(folder: Path, count: int) -> Iterator[Checked]:
    """Some symbols of a work tree, each with its sheet held against the search."""
    index = Index(folder.resolve())
    for _ in index.build():
        pass
    texts = {path: index.text(path) or "" for path in index.files()}
    code = {path: _code(path, text) for path, text in texts.items()}
    symbols = [
        (path, one)
        for path in texts
        if not is_test_path(path)
        for one in index.outline(path).definitions
        if one.kind in KINDS and not one.name.startswith("__") and len(one.name) > 2
    ]
    for path, definition in random.Random(SEED).sample(symbols, min(count, len(symbols))):
        document = Document.of(path, language_of(path) or "", texts[path])
        sheet = facts(index, document, definition.line, definition.line, None)
        yield compared(index, definition, sheet, code, f"{path}:{definition.line + 1}")


def compared(
    index: Index, definition: Definition, sheet: FactSheet, code: dict[str, list[str]], place: str
) -> Checked:
    """A sheet held against the search, file by file."""
    search = searched(index, definition.name, code)
    told: Counter[str] = Counter()
    for site in (*sheet.usage.callers, *sheet.usage.mentions, *sheet.usage.tests):
        told[site.path] += site.count
    fewer = {path: lines for path, lines in search.items() if told[path] < lines}
    more = {path: lines for path, lines in told.items() if search[path] < lines}
    missed = sum(lines - told[path] for path, lines in fewer.items())
    unclear = min(missed, sheet.usage.unclear)
    return Checked(
        place,
        definition.name,
        sum(search.values()),
        sum(told.values()),
        tuple(f"{path} ({told[path]} of {lines})" for path, lines in fewer.items())
        if unclear < missed
        else (),
        tuple(f"{path} ({lines} for {search[path]})" for path, lines in more.items()),
        unclear,
    )


def searched(index: Index, name: str, code: dict[str, list[str]]) -> Counter[str]:
    """How many lines of each file have a name as a bare word, without those that define or import it."""
    word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    defined = {(path, one.line) for path, one in index.definitions(name)}
    found: Counter[str] = Counter()
    for path, lines in code.items():
        imported = {one.line for one in index.outline(path).imports}
        for number, line in enumerate(lines):
            if (
                not word.search(line)
                or (path, number) in defined
                or number in imported
                or _IMPORT.match(line)
            ):
                continue
            found[path] += 1
    return found


def _code(path: str, text: str) -> list[str]:
    """The lines of a file without comments and strings."""
    if language_of(path) == "python":
        return _python(text)
    return _CLUTTER.sub(_blank, text.replace("\r\n", "\n")).split("\n")


def _blank(found: re.Match[str]) -> str:
    """A comment or string as blanks; what a template computes is code."""
    text = found[0]
    kept = (
        {at for part in _COMPUTED.finditer(text) for at in range(*part.span())}
        if text[0] == "`"
        else set[int]()
    )
    return "".join(letter if letter == "\n" or at in kept else " " for at, letter in enumerate(text))


def _python(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline))
    except (tokenize.TokenError, SyntaxError):
        return lines
    for token in tokens:
        if token.type not in _STRINGS:
            continue
        (first, start), (last, end) = token.start, token.end
        for row in range(first, last + 1):
            line = lines[row - 1]
            low, high = start if row == first else 0, end if row == last else len(line)
            lines[row - 1] = line[:low] + " " * (high - low) + line[high:]
    return lines


def _summary(results: Sequence[Checked]) -> str:
    found, told = sum(one.found for one in results), sum(one.told for one in results)
    exact = sum(not one.missed and not one.invented for one in results)
    return (
        f"{exact} of {len(results)} symbols as the search has them; {told} lines told of {found}, "
        f"{sum(one.left_out for one in results)} left out and said so, "
        f"{sum(bool(one.missed) for one in results)} symbols with misses, "
        f"{sum(bool(one.invented) for one in results)} with inventions"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
