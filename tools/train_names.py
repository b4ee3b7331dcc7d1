"""Fit what ranks names and lines for the gathered context, on places cut from real commits.

    python tools/train_names.py --cases cases.jsonl [--cases more.jsonl] --mirror FOLDER --out FOLDER

FOLDER gets the trees, names.npz and lines.npz (context/linnet_context in the product); the weights of the linear model, which chooses
the names that the trees look at, are printed as they stand in linnet_context/weights.py. Needs lightgbm and rapidfuzz (the dependency
group "train"); the trees' thresholds and leaves are the only thing that comes from it.

FOLDER holds bare repositories as OWNER+NAME/repo. A case is one JSON line: `repo` (the repository, OWNER/NAME or NAME
alone), `workspace` (the commit that the workspace shows), `path`, `line`, `character` (0-based, code points) and
`text` (the unsaved text of that file), `recent` (paths that were touched last), `truth` (the lines to come) and `ids`
(an object whose keys are the names that these need). Only REPOSITORIES are learned from: others are kept aside to measure with.

Cases are made of commits and of functions. Of a commit, the workspace is its parent and the text is the parent's with
the commit's earlier edits of that file; the cursor stands before one of the added lines, and the next 1 to 8 of them,
up to an empty line, are to come. Of a function at the newest commit that uses what another file defines, everything
from a line with such a use to its end is taken out, and the first 1 to 8 lines of that are to come. Needed names have
3 letters at least and 1 to 8 definitions in the workspace; they do not stand on the 60 lines before the cursor or the
20 behind it, and the lines to come do not define them. What is shipped is from 60 places of each
repository at most, spread evenly over those of up to 60 commits, the newest first, and up to 40 functions: 1504 places.

The signs are computed by the product. The linear model is a ridge regression on standardised signs, of the names that
the shipped one holds for the likeliest; the trees are grown on the names that the new linear model lets through. A case
counts by the root of what it needs. A line of a look-alike place is worth its likeness to one of the lines to come,
above what any two lines have in common, and its part of their runs of three tokens that the lines round the cursor lack;
the chances of its names, which are among its signs, come from the trees that are shipped. What is printed is measured
on one repository in FOLDS with models from the others, beside the linear model and the value made by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linnet_context.company import COMPANY_SIGNS, company_of
from linnet_context.evidence import Evidence, evidence, scene_of
from linnet_context.forest import LEAVES, Forest, shipped
from linnet_context.gather import LINES_AFTER, LINES_BEFORE
from linnet_context.index.index import Index
from linnet_context.index.names import IDENTIFIER
from linnet_context.index.places import View, view_of
from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_context.lines import by_hand, lines_of
from linnet_context.pack import Sources
from linnet_context.rank import CHOSEN, is_proposable, linear, upcoming
from linnet_context.resolve.configs import is_config
from linnet_context.signs import SIGNS, signs_of
from linnet_context.text import Document, Position
from linnet_context.trained import REPOSITORIES
from linnet_context.weights import NAMES

ALL_SIGNS = (*SIGNS, *COMPANY_SIGNS)
LINEAR = tuple(NAMES)
CANDIDATES = 1500
PROCESSES = 2
PENALTY = 30.0
STEPS = 40
FOLDS = 4
RECALLS = (5, 10, 20, 50, 80)
GROWTH = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": LEAVES - 1,
    "max_depth": 6,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # Waiting threads cost more than they help where others compute too.
    "verbosity": -1,
}
TREES = 160
LINE_GROWTH = {**GROWTH, "objective": "regression", "min_data_in_leaf": 200, "learning_rate": 0.08}
LINE_TREES = 60
# Of a line to come at least this many characters; likeness up to this is no likeness.
SHORTEST, UNLIKE = 8, 0.45
TOKEN = re.compile(rf"{IDENTIFIER.pattern}|\d+(?:\.\d+)?|\"[^\"\n]*\"|'[^'\n]*'|[^\s\w$]")

Floats = NDArray[Any]


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
    truth: str


@dataclass(frozen=True)
class Names:
    """The likeliest names of a case, best first: their signs, and which are needed of the `count` there are."""

    repository: str
    signs: Floats
    needed: Floats
    count: int

    @property
    def share(self) -> float:
        """What the case counts in a fit."""
        return float(max(1.0, self.needed.sum()) ** -0.5)


@dataclass(frozen=True)
class Lines:
    """The lines of the places that look like a case's: their signs, and what each is worth for what comes."""

    repository: str
    signs: Floats
    worth: Floats


@dataclass(frozen=True)
class Linear:
    """A bias, and the weights of the signs in LINEAR."""

    bias: float
    signs: Floats

    def odds(self, table: Floats) -> Floats:
        return table[:, [SIGNS.index(sign) for sign in LINEAR]] @ self.signs + self.bias


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, action="append", required=True)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trees", type=int, default=TREES)
    options = parser.parse_args()
    cases = [case for path in options.cases for case in read_cases(path, options.mirror)]
    with Pool(PROCESSES) as pool:
        found = [pair for some in pool.imap(examples_of, grouped(cases), chunksize=1) for pair in some]
    examples = [names for names, _ in found if names.count and len(names.needed)]
    lines = [lines for _, lines in found if len(lines.worth)]
    if not examples:
        raise SystemExit("No case has anything to learn from.")
    print(f"{len(examples)} cases, {sum(len(names.needed) for names in examples)} names")
    for line in (*quality(examples, options.trees), *lines_quality(lines)):
        print(line)
    weights = fitted(examples)
    (options.out / "names.npz").write_bytes(grown(examples, weights, options.trees).dumped())
    (options.out / "lines.npz").write_bytes(lines_grown(lines).dumped())
    print(printed(weights))


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
            truth=row["truth"],
        )


def grouped(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases of the same repository, in their order: neighbours in a history have most files in common."""
    by_repository: defaultdict[Path, list[Case]] = defaultdict(list)
    for case in cases:
        by_repository[case.mirrored].append(case)
    return list(by_repository.values())


def examples_of(group: Sequence[Case]) -> list[tuple[Names, Lines]]:
    """The likeliest names of cases of the same repository, and the lines of look-alike places."""
    with TemporaryDirectory() as folder:
        workspace = Workspace(group[0].mirrored, Path(folder))
        index = Index(Path(folder))
        found = []
        for case in group:
            if workspace.move(case.commit):
                for _ in index.build():
                    pass
            found.append(example_of(index, case))
        return found


class Workspace:
    """The source files of one commit after another in a folder; links are left out."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self._repository = repository
        self._folder = folder
        self._commit = ""
        self._blobs: dict[str, str] = {}

    def move(self, commit: str) -> bool:
        """Show this commit; whether it is another one than before."""
        if commit == self._commit:
            return False
        blobs = self._listed(commit)
        for path in self._blobs.keys() - blobs.keys():
            (self._folder / path).unlink()
        changed = [path for path, blob in blobs.items() if self._blobs.get(path) != blob]
        for path, content in zip(changed, self._contents([blobs[path] for path in changed]), strict=True):
            target = self._folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        self._commit, self._blobs = commit, blobs
        return True

    def _listed(self, commit: str) -> dict[str, str]:
        rows = self._git("ls-tree", "-r", "-z", commit).decode("utf-8", "surrogateescape").split("\0")[:-1]
        blobs = {}
        for row in rows:
            facts, path = row.split("\t", 1)
            mode, kind, blob = facts.split()
            wanted = language_of(path) in SOURCE_LANGUAGES or is_config(path)
            if kind == "blob" and mode != "120000" and wanted:
                blobs[path] = blob
        return blobs

    def _contents(self, blobs: Sequence[str]) -> Iterator[bytes]:
        """What is missing in the mirror (its largest files may be) is empty."""
        data = self._git("cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs))
        start = 0
        for _ in blobs:
            end = data.index(b"\n", start)
            size = data[start:end].split()[-1]
            start = end + 1
            if not size.isdigit():
                yield b""
                continue
            yield data[start : start + int(size)]
            start += int(size) + 1

    def _git(self, *arguments: str, given: str = "") -> bytes:
        command = ["git", "--git-dir", str(self._repository), *arguments]
        return subprocess.run(command, input=given.encode(), stdout=subprocess.PIPE, check=True).stdout


def example_of(index: Index, case: Case) -> tuple[Names, Lines]:
    """What stands on the lines round the cursor is known to who asks, as for `linnet context --batch`."""
    document = Document.of(case.path, language_of(case.path) or "plaintext", case.text)
    own, at = index.own(document), case.position.line
    high = min(at + 1 + LINES_AFTER, len(own.lines))
    view = view_of(index.corpus(document.language), own, document.path, at, max(0, at - LINES_BEFORE), high)
    found = evidence(index, document, view, case.recent)
    scene = scene_of(index, document, view, found)
    signs = signs_of(scene)
    names = view.corpus.vocabulary.names
    order = np.argsort(-linear(signs), kind="stable")[:CANDIDATES]
    rows = np.sort([row for row in order.tolist() if is_proposable(names[signs.names[row]])])
    rows = rows.astype(np.int64)
    chosen = signs.names[rows]
    table = np.column_stack([signs.table[rows], company_of(scene, chosen)]).astype(np.float32)
    needed = np.array([names[number] in case.wanted for number in chosen.tolist()], np.float64)
    _, chances = upcoming(scene, shipped("names"))
    lines = look_alike(case, found, chances, view, Sources(index, view, document.language))
    return Names(case.repository, table, needed, len(case.wanted)), lines


def look_alike(
    case: Case, found: Evidence, chances: Mapping[str, float], view: View, sources: Sources
) -> Lines:
    by_file, table = lines_of(found, chances, view, sources.lines)
    local = trigrams(view.own.lines[view.low : view.high])
    coming = [line.strip() for line in case.truth.split("\n")]
    worth = [worth_of(line.bare, coming, local) for lines in by_file.values() for line in lines]
    return Lines(case.repository, table.astype(np.float32), np.array(worth, np.float32))


def worth_of(line: str, coming: Sequence[str], local: set[tuple[str, ...]]) -> float:
    """How much of the lines to come a line tells: likeness to one of them, and new runs of three tokens."""
    from rapidfuzz.distance import Levenshtein

    alike = max(
        (Levenshtein.normalized_similarity(line, one) for one in coming if len(one) >= SHORTEST), default=0.0
    )
    wanted = trigrams(coming) - local
    shared = len(wanted & trigrams([line])) / len(wanted) if wanted else 0.0
    return max(0.0, (alike - UNLIKE) / (1 - UNLIKE)) + shared


def trigrams(lines: Iterable[str]) -> set[tuple[str, ...]]:
    found = set[tuple[str, ...]]()
    for line in lines:
        tokens = TOKEN.findall(line)
        found.update(zip(tokens, tokens[1:], tokens[2:], strict=False))
    return found


# Fitting


def fitted(examples: Sequence[Names]) -> Linear:
    """The weights of the logistic regression with the least penalised loss, found by Newton's method."""
    columns = [SIGNS.index(sign) for sign in LINEAR]
    signs = np.concatenate([names.signs[:, columns] for names in examples]).astype(np.float64)
    needed = np.concatenate([names.needed for names in examples])
    counts = np.concatenate([np.full(len(names.needed), names.share) for names in examples])
    mean, deviation = signs.mean(0), signs.std(0) + 1e-9
    rows = np.column_stack([(signs - mean) / deviation, np.ones(len(signs))])
    penalty = np.append(np.full(len(columns), PENALTY), 0.0)
    weights = np.append(np.zeros(len(columns)), -5.0)

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
    return Linear(float(weights[-1] - scaled @ mean), scaled)


def let_through(names: Names, weights: Linear) -> NDArray[np.int64]:
    """Rows of the names that the trees look at, the likeliest first."""
    return np.argsort(-weights.odds(names.signs), kind="stable")[:CHOSEN]


def grown(examples: Sequence[Names], weights: Linear, trees: int) -> Forest:
    """The trees that tell needed names from the others that the linear model lets through."""
    import lightgbm

    rows = [let_through(names, weights) for names in examples]
    kept = [number for number, names in enumerate(examples) if names.needed[rows[number]].any()]
    data = lightgbm.Dataset(
        np.concatenate([examples[number].signs[rows[number]] for number in kept]),
        np.concatenate([examples[number].needed[rows[number]] for number in kept]),
        weight=np.concatenate([np.full(len(rows[number]), examples[number].share) for number in kept]),
    )
    return forest_of(lightgbm.train(GROWTH, data, trees).dump_model()["tree_info"])


def forest_of(trees: Sequence[Mapping[str, Any]]) -> Forest:
    shape = (LEAVES - 1, len(trees))
    columns, masks = np.zeros(shape, np.uint8), np.zeros(shape, np.uint16)
    thresholds = np.full(shape, np.inf, np.float32)
    leaves = np.zeros((LEAVES, len(trees)), np.float32)

    def put(node: Mapping[str, Any], tree: int, split: int, leaf: int) -> tuple[int, int]:
        """Write a node and what is below it; the numbers of the next split and the next leaf."""
        if "split_feature" not in node:
            leaves[leaf, tree] = node["leaf_value"]
            return split, leaf + 1
        mine = split
        columns[mine, tree], thresholds[mine, tree] = node["split_feature"], node["threshold"]
        split, middle = put(node["left_child"], tree, split + 1, leaf)
        masks[mine, tree] = 0xFFFF ^ ((1 << middle) - (1 << leaf))
        return put(node["right_child"], tree, split, middle)

    for number, tree in enumerate(trees):
        put(tree["tree_structure"], number, 0, 0)
    return Forest(columns, thresholds, masks, leaves)


def lines_grown(examples: Sequence[Lines]) -> Forest:
    """The trees that tell what a line of a look-alike place is worth."""
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([lines.signs for lines in examples]),
        np.concatenate([lines.worth for lines in examples]),
    )
    # Trees start from the mean, which is added to the leaves of the first.
    return forest_of(lightgbm.train(LINE_GROWTH, data, LINE_TREES).dump_model()["tree_info"])


def lines_quality(examples: Sequence[Lines]) -> Iterator[str]:
    """What the first lines are worth on the average, by the hand-made sum and by trees from other repositories."""
    repositories = list(dict.fromkeys(lines.repository for lines in examples))
    found: defaultdict[str, list[list[float]]] = defaultdict(list)
    for fold in range(min(FOLDS, len(repositories)) if len(repositories) > 1 else 0):
        held = set(repositories[fold::FOLDS])
        forest = lines_grown([lines for lines in examples if lines.repository not in held])
        for lines in examples:
            if lines.repository in held:
                ways = (("by hand", by_hand(lines.signs)), ("trees", forest.odds(lines.signs)))
                for way, values in ways:
                    best = lines.worth[np.argsort(-values, kind="stable")]
                    found[way].append([float(best[:most].mean()) for most in RECALLS])
    for way, worths in found.items():
        means = np.mean(worths, 0)
        yield f"lines {way}: " + ", ".join(
            f"first {most}: {mean:.3f}" for most, mean in zip(RECALLS, means, strict=True)
        )


def quality(examples: Sequence[Names], trees: int) -> Iterator[str]:
    """The share of needed names among the first few, by models from other repositories."""
    repositories = list(dict.fromkeys(names.repository for names in examples))
    by_way: defaultdict[str, list[list[float]]] = defaultdict(list)
    for fold in range(min(FOLDS, len(repositories)) if len(repositories) > 1 else 0):
        held = set(repositories[fold::FOLDS])
        others = [names for names in examples if names.repository not in held]
        weights = fitted(others)
        forest = grown(others, weights, trees)
        for names in examples:
            if names.repository in held:
                rows = let_through(names, weights)
                by_trees = rows[np.argsort(-forest.odds(names.signs[rows]), kind="stable")]
                by_way["linear"].append(recalls(names, rows))
                by_way["trees"].append(recalls(names, by_trees))
    for way, found in by_way.items():
        shares = np.mean(found, 0)
        yield f"{way}: " + ", ".join(
            f"among {most}: {share:.1%}" for most, share in zip((*RECALLS, CHOSEN), shares, strict=True)
        )


def recalls(names: Names, order: NDArray[np.int64]) -> list[float]:
    return [float(names.needed[order[:most]].sum() / names.count) for most in (*RECALLS, CHOSEN)]


def printed(weights: Linear) -> str:
    """Weights as they stand in linnet_context/weights.py."""
    lines = [
        f'    "{sign}": {round(float(value), 2)},' for sign, value in zip(LINEAR, weights.signs, strict=True)
    ]
    return "\n".join([f"BIAS = {round(weights.bias, 2)}", "NAMES = {", *lines, "}"])


if __name__ == "__main__":
    main()
