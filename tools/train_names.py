"""Fit the weights that rank names for the gathered context, on places cut from real commits, and print them.

    python tools/train_names.py --cases cases.jsonl [--cases more.jsonl] --mirror FOLDER

FOLDER holds bare repositories as OWNER+NAME/repo. A case is one JSON line: `repo` (the repository, OWNER/NAME or NAME
alone), `workspace` (the commit that the workspace shows), `path`, `line`, `character` (0-based, code points) and
`text` (the unsaved text of that file), `recent` (paths that were touched last) and `ids` (an object whose keys are the
names that the next lines need). Only REPOSITORIES are learned from: others are kept aside to measure with.

Cases are made of commits and of functions. Of a commit, the workspace is its parent and the text is the parent's with
the commit's earlier edits of that file; the cursor stands before one of the added lines, and the next 1 to 8 of them,
up to an empty line, are to come. Of a function at the newest commit that uses what another file defines, everything
from a line with such a use to its end is taken out, and the first 1 to 8 lines of that are to come. Needed names have
3 letters at least and 1 to 8 definitions in the workspace; they do not stand on the 60 lines before the cursor or the
20 behind it, and the lines to come do not define them. The shipped weights are from up to 16 commits, the newest
first, and up to 16 functions of each repository.

The signs are computed by the product: each is the odds of `linnet_context.rank` where it alone has a weight. For each
case the names that the present weights hold for the likeliest are learned from, so the fit may be run again on its
own result. It is a ridge regression on standardised signs; a case counts by the root of what it needs. Recall is
measured on each repository with weights from the others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from io import BytesIO
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linnet_context.gather import LINES_AFTER, LINES_BEFORE
from linnet_context.index.index import Index
from linnet_context.index.places import view_of
from linnet_context.languages import language_of
from linnet_context.rank import evidence, is_proposable, odds
from linnet_context.text import Document, Position
from linnet_context.weights import NAMES, Weights

REPOSITORIES = (
    "pallets/click",
    "hynek/structlog",
    "honojs/hono",
    "spf13/cobra",
    "encode/uvicorn",
    "aio-libs/aiohttp",
    "go-chi/chi",
    "pallets/werkzeug",
)
SIGNS = tuple(field.name for field in fields(Weights) if field.name != "bias")
CANDIDATES = 900
PROCESSES = 2
PENALTY = 30.0
STEPS = 40
RECALLS = (5, 10, 20, 50)

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Case:
    """A place in an unsaved text, and the names that come next."""

    repository: str
    mirrored: Path
    commit: str
    path: str
    position: Position
    text: str
    recent: tuple[str, ...]
    wanted: frozenset[str]


@dataclass(frozen=True)
class Names:
    """The likeliest names of a case, best first: their signs, and which are needed of the `count` there are."""

    repository: str
    signs: Floats
    needed: Floats
    count: int


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, action="append", required=True)
    parser.add_argument("--mirror", type=Path, required=True)
    options = parser.parse_args()
    cases = [case for path in options.cases for case in read_cases(path, options.mirror)]
    with Pool(PROCESSES) as pool:
        found = [names for some in pool.imap(names_of, grouped(cases), chunksize=1) for names in some]
    examples = [names for names in found if names.count and len(names.needed)]
    if not examples:
        raise SystemExit("No case has anything to learn from.")
    print(f"{len(examples)} cases, {sum(len(names.needed) for names in examples)} names")
    for name in dict.fromkeys(names.repository for names in examples):
        print(f"{name}: {quality(examples, name)}")
    print(printed(fitted(examples)))


# Collecting


def read_cases(path: Path, mirror: Path) -> Iterator[Case]:
    """The cases of a file; exits where one is of a repository that is not to be learned from."""
    known = {key: name for name in REPOSITORIES for key in (name, name.partition("/")[2])}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["repo"] not in known:
            raise SystemExit(f"{path}: {row['repo']} is kept aside to measure with.")
        name = known[row["repo"]]
        yield Case(
            repository=name,
            mirrored=mirror / name.replace("/", "+") / "repo",
            commit=row["workspace"],
            path=row["path"],
            position=Position(row["line"], row["character"]),
            text=row["text"],
            recent=tuple(row["recent"]),
            wanted=frozenset(row["ids"]),
        )


def grouped(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases with the same workspace."""
    by_commit: defaultdict[tuple[Path, str], list[Case]] = defaultdict(list)
    for case in cases:
        by_commit[case.mirrored, case.commit].append(case)
    return list(by_commit.values())


def names_of(group: Sequence[Case]) -> list[Names]:
    """The likeliest names of cases with the same workspace."""
    with checked_out(group[0]) as root:
        index = Index(root)
        for _ in index.build():
            pass
        return [likeliest(index, case) for case in group]


@contextmanager
def checked_out(case: Case) -> Iterator[Path]:
    """The files of a case's workspace in a folder that goes away again; links are left out."""
    command = ["git", "--git-dir", str(case.mirrored), "archive", "--format=tar", case.commit]
    archive = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    with TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(archive)) as files:
        for member in files:
            if member.isfile():
                files.extract(member, folder, filter="data")
        yield Path(folder)


def likeliest(index: Index, case: Case) -> Names:
    """What stands on the lines round the cursor is known to who asks, as for `linnet context --batch`."""
    document = Document.of(case.path, language_of(case.path) or "plaintext", case.text)
    own, at = index.own(document), case.position.line
    high = min(at + 1 + LINES_AFTER, len(own.lines))
    view = view_of(index.corpus(document.language), own, document.path, at, max(0, at - LINES_BEFORE), high)
    found = evidence(index, document, view, case.recent)
    shipped = odds(index, document, view, found, NAMES)
    names = view.corpus.vocabulary.names
    chosen = [
        number
        for number in np.argsort(-shipped, kind="stable")[:CANDIDATES].tolist()
        if shipped[number] > -np.inf and is_proposable(names[number])
    ]
    signs = [odds(index, document, view, found, Weights(**{sign: 1.0}))[chosen] for sign in SIGNS]
    needed = np.array([names[number] in case.wanted for number in chosen], np.float64)
    return Names(case.repository, np.stack(signs, 1), needed, len(case.wanted))


# Fitting


def fitted(examples: Sequence[Names]) -> Weights:
    """The weights of the logistic regression with the least penalised loss, found by Newton's method."""
    signs = np.concatenate([names.signs for names in examples])
    needed = np.concatenate([names.needed for names in examples])
    counts = np.concatenate(
        [np.full(len(names.needed), max(1.0, names.needed.sum()) ** -0.5) for names in examples]
    )
    mean, deviation = signs.mean(0), signs.std(0) + 1e-9
    rows = np.column_stack([(signs - mean) / deviation, np.ones(len(signs))])
    penalty = np.append(np.full(len(SIGNS), PENALTY), 0.0)
    weights = np.append(np.zeros(len(SIGNS)), -5.0)

    def loss(tried: Floats) -> float:
        score = rows @ tried
        return float(counts @ (np.logaddexp(0, score) - needed * score) + penalty @ tried**2 / 2)

    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (counts * (chance - needed)) + penalty * weights
        bend = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step, before = np.linalg.solve(bend, slope), loss(weights)
        while loss(weights - step) > before and np.abs(step).max() > 1e-6:
            step /= 2
        weights = weights - step
        if before - loss(weights) < 1e-4:
            break
    scaled = weights[:-1] / deviation
    return Weights(float(weights[-1] - scaled @ mean), **dict(zip(SIGNS, scaled.tolist(), strict=True)))


def quality(examples: Sequence[Names], name: str) -> str:
    """The share of needed names among the first few of a repository's cases, learned without and as shipped."""
    others = [names for names in examples if names.repository != name]
    held = [names for names in examples if names.repository == name]
    if not others:
        return "the only one"
    learned, shipped = recalls(held, fitted(others)), recalls(held, NAMES)
    return ", ".join(
        f"among {most}: {one:.0%} (shipped: {other:.0%})"
        for most, one, other in zip(RECALLS, learned, shipped, strict=True)
    )


def recalls(held: Sequence[Names], weights: Weights) -> list[float]:
    values = np.array([getattr(weights, sign) for sign in SIGNS])
    ranked = [(names.needed[np.argsort(-(names.signs @ values), kind="stable")], names) for names in held]
    return [
        float(np.mean([needed[:most].sum() / names.count for needed, names in ranked])) for most in RECALLS
    ]


def printed(weights: Weights) -> str:
    """Weights as they stand in linnet_context/weights.py."""
    lines = [f"    {field.name}={round(getattr(weights, field.name), 2)}," for field in fields(weights)]
    return "\n".join(["NAMES = Weights(", *lines, ")"])


if __name__ == "__main__":
    main()
