"""Train the two models of the embedded engine on held-out lines of real commits, and write their numbers.

    python tools/train_engine.py --cases cases.jsonl [--cases more.jsonl] --mirror FOLDER [--out FILE] [--folds FOLDER]

A case names a line that a commit added: repository, commit, parent, path, line, and where the untouched rest of the
old file goes on. The workspace is the parent commit, the open document the new file down to the line and the old one
behind it; of the commit's other files those before it in the order of their paths were just edited. FOLDER holds bare
repositories as OWNER+NAME/repo. Only numbers are written, no text of any case.

The mixer learns the next token at every token of the lines. The confidence learns which pieces are right from pieces
made with a mixer that never saw their repository: repositories fall into two folds by a checksum of their name. With
--folds, fold-0.npz and fold-1.npz are models that saw nothing of that fold, to measure with.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from multiprocessing import Pool
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from cases import TOKEN, Case, columns, is_right, read_cases, workspace
from numpy.typing import NDArray

from linnet_completions.engine.choice import pieces, worthwhile
from linnet_completions.engine.engine import Engine, Models
from linnet_completions.engine.lexer import NEWLINE
from linnet_completions.engine.network import Layers, Networks, packed
from linnet_completions.engine.search import Position as Spot
from linnet_completions.engine.search import search
from linnet_context.languages import language_of
from linnet_context.text import Document, Position, Splice

OUT = Path(__file__).parent.parent / "completions/linnet_completions/engine/weights.npz"
PROCESSES = 2
SEEDS = (0, 1, 2)
# How strongly weights are pulled to 0. The lines of one repository are alike: with less, both models fit repositories.
MIXER_DECAY, CONFIDENCE_DECAY = 5e-3, 2e-2

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Positions:
    """Rows of features of several positions: how many each has, and which of them is the right one."""

    rows: Floats
    sizes: NDArray[np.int64]
    right: NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Features of pieces, and whether each is right."""

    rows: Floats
    right: Floats


class Zero:
    """A scorer for engines whose scores nobody reads."""

    def score(self, rows: Sequence[Sequence[float]]) -> list[float]:
        return [0.0] * len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, action="append", required=True)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--folds", type=Path)
    options = parser.parse_args()
    groups = grouped([case for path in options.cases for case in read_cases(path, options.mirror)])
    folds = [fold_of(group[0]) for group in groups]
    with Pool(PROCESSES) as pool:
        positions = pool.map(group_positions, groups, chunksize=1)
        print(f"{len(groups)} workspaces, {sum(len(some.sizes) for some in positions)} positions", flush=True)
        mixers = [
            mixer([some for some, at in zip(positions, folds, strict=True) if at != fold]) for fold in (0, 1)
        ]
        for fold in (0, 1):
            held = joined_positions([some for some, at in zip(positions, folds, strict=True) if at == fold])
            print(f"fold {fold}: {rank_quality(mixers[fold], held)}", flush=True)
        tasks = [(group, mixers[fold]) for group, fold in zip(groups, folds, strict=True)]
        made = pool.map(group_pieces, tasks, chunksize=1)
    confidences = [
        confidence([some for some, at in zip(made, folds, strict=True) if at != fold]) for fold in (0, 1)
    ]
    for fold in (0, 1):
        held_pieces = joined_pieces([some for some, at in zip(made, folds, strict=True) if at == fold])
        print(f"fold {fold}: {piece_quality(confidences[fold], held_pieces)}", flush=True)
        if options.folds:
            write(options.folds / f"fold-{fold}.npz", mixers[fold], confidences[fold])
    write(options.out, mixer(positions), confidence(made))


def write(path: Path, mixer: Networks, confidence: Networks) -> None:
    arrays: dict[str, Any] = {**packed("mixer", mixer), **packed("confidence", confidence)}
    np.savez_compressed(path, **arrays)


# Collecting


def fold_of(case: Case) -> int:
    return crc32(case.name.encode()) % 2


def grouped(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases with the same workspace."""
    by_commit: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        by_commit[case.name, case.parent].append(case)
    return list(by_commit.values())


def learned(case: Case, models: Models) -> Engine:
    engine = Engine(models=models)
    for _ in engine.build(workspace(case)):
        pass
    return engine


def edit_others(engine: Engine, case: Case) -> None:
    """Edit some of the commit's other files, as they are before somebody comes to the case's line."""
    engine.forget_edits()
    for path, before, after in case.edited():
        document = Document.of(path, language_of(path) or "", "".join(before))
        engine.opened(document)
        hunks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        for tag, first, last, start, end in reversed(hunks):
            if tag != "equal":
                document, splice = document.spliced(Splice(first, last, tuple(after[start:end])), 1)
                engine.changed(document, [splice])
        engine.closed(path)


def typed(engine: Engine, case: Case) -> tuple[str, Callable[[int], None]]:
    """The case's line, and a function that types it up to a column."""
    edit_others(engine, case)
    above, line = case.lines_above()
    text = "\n".join([*above, "", *case.lines_below()])
    document = Document.of(case.path, language_of(case.path) or "", text)
    engine.opened(document)

    def type_to(column: int) -> None:
        nonlocal document
        start, end = Position(case.line, 0), Position(case.line, len(document.line(case.line)))
        document, splice = document.edited(start, end, line[:column], document.version + 1)
        engine.changed(document, [splice])

    return line, type_to


def group_positions(group: Sequence[Case]) -> Positions:
    """What the mixer learns from: every token of the lines, words also when one or three characters are typed."""
    engine = learned(group[0], Models(Zero(), Zero()))
    rows, sizes, right = [], [], []
    for case in group:
        line, type_to = typed(engine, case)
        for column, part, wanted in next_tokens(line):
            type_to(column)
            found = engine.look(case.path, Position(case.line, column))
            if found is None or (part and part != found[1].part):
                continue
            predictor, cursor = found
            vocabulary, before = predictor.vocabulary, cursor.line
            if part != cursor.part:
                before = (*before, vocabulary.id_of(cursor.part))
            candidates, described = predictor.described(Spot(before, part))
            token = NEWLINE if wanted == "\n" else vocabulary.ids.get(wanted, -1)
            rows += described
            sizes.append(len(described))
            right.append(candidates.index(token) if token in candidates else len(candidates))
    return Positions(np.array(rows, np.float32), np.array(sizes), np.array(right))


def next_tokens(line: str) -> Iterator[tuple[int, str, str]]:
    """Column, what is typed of the next token, and that token, for every token and the line's end."""
    for token in TOKEN.finditer(line):
        yield token.start(), "", token[0]
        if token[0][0] == "_" or token[0][0].isalpha():
            for size in sorted({1, 3, len(token[0])}):
                if size <= len(token[0]):
                    yield token.start() + size, token[0][:size], token[0]
    yield len(line.rstrip()), "", "\n"


def group_pieces(task: tuple[Sequence[Case], Networks]) -> Pieces:
    """What the confidence learns from: all pieces at all columns, and whether each is right."""
    group, mixer = task
    engine = learned(group[0], Models(mixer, Zero()))
    rows, right = [], []
    for case in group:
        line, type_to = typed(engine, case)
        for column in columns(line):
            type_to(column)
            found = engine.look(case.path, Position(case.line, column))
            if found is None:
                continue
            predictor, cursor = found
            for piece in pieces(predictor, cursor, search(predictor, cursor.line, cursor.part)):
                if worthwhile(piece):
                    rows.append(piece.features)
                    right.append(is_right(piece.text, line[column:]))
    return Pieces(np.array(rows, np.float32), np.array(right, np.float32))


# Training

Slopes = Callable[[NDArray[np.int64], Callable[[Floats], Floats]], Floats]


def mixer(parts: Sequence[Positions]) -> Networks:
    """Networks that score the candidates of a position; listwise cross entropy."""
    data = joined_positions(parts)
    starts = data.sizes.cumsum() - data.sizes

    def slopes(chosen: NDArray[np.int64], score: Callable[[Floats], Floats]) -> Floats:
        sizes = data.sizes[chosen]
        first = sizes.cumsum() - sizes
        inside = np.arange(sizes.sum()) - np.repeat(first, sizes)
        shares = softmax(score(data.rows[np.repeat(starts[chosen], sizes) + inside]), first, sizes)
        shares[first + data.right[chosen]] -= 1
        return (shares / len(chosen)).astype(np.float32)

    training = Training(data.rows, len(data.sizes), slopes, (48, 16), epochs=18, size=512, decay=MIXER_DECAY)
    return Networks([training.run(seed) for seed in SEEDS])


def confidence(parts: Sequence[Pieces]) -> Networks:
    """Networks that give the logit of a piece being right; cross entropy."""
    data = joined_pieces(parts)

    def slopes(chosen: NDArray[np.int64], score: Callable[[Floats], Floats]) -> Floats:
        surplus = 1 / (1 + np.exp(-score(data.rows[chosen]))) - data.right[chosen]
        return (surplus / len(chosen)).astype(np.float32)

    training = Training(
        data.rows, len(data.right), slopes, (32, 16), epochs=6, size=1024, decay=CONFIDENCE_DECAY
    )
    return Networks([training.run(seed) for seed in SEEDS])


@dataclass(frozen=True)
class Training:
    """How networks are trained: by Adam with a rate that rises shortly and then falls.

    `slopes` gives, for some of `count` examples, the gradient of the loss by the scores of their rows.
    """

    rows: Floats
    count: int
    slopes: Slopes
    hidden: tuple[int, ...]
    epochs: int
    size: int
    decay: float

    def run(self, seed: int) -> Layers:
        """One network; the standardisation of its inputs is part of its first layer."""
        random = np.random.default_rng(seed)
        mean, deviation = self.rows.mean(0), self.rows.std(0) + 1e-3
        parameters = self._initial(random)
        adam = Adam(parameters, self.decay)
        batches = max(1, self.count // self.size)
        for epoch in range(self.epochs):
            order = random.permutation(self.count)
            for batch in range(batches):
                chosen = np.sort(order[batch * self.size : (batch + 1) * self.size])
                done = (epoch * batches + batch) / (self.epochs * batches)
                network = Pass(parameters, mean, deviation)
                gradient = self.slopes(chosen, network.score)
                rate = 3e-3 * min(1.0, (epoch * batches + batch + 1) / 100) * 0.5 * (1 + np.cos(np.pi * done))
                adam.step(network.gradients(gradient), float(rate))
        scaled = parameters[0] / deviation[:, None]
        parameters[:2] = [scaled.astype(np.float32), (parameters[1] - mean @ scaled).astype(np.float32)]
        return list(zip(parameters[::2], parameters[1::2], strict=True))

    def _initial(self, random: np.random.Generator) -> list[Floats]:
        widths = [self.rows.shape[1], *self.hidden, 1]
        parameters: list[Floats] = []
        for width, after in pairwise(widths):
            scale = np.sqrt(2 / width) * (0.3 if after == 1 else 1)
            parameters += [
                random.normal(0, scale, (width, after)).astype(np.float32),
                np.zeros(after, np.float32),
            ]
        return parameters


class Pass:
    """One pass forward and back through a network."""

    def __init__(self, parameters: Sequence[Floats], mean: Floats, deviation: Floats) -> None:
        self._parameters = parameters
        self._mean, self._deviation = mean, deviation
        self._values: list[Floats] = []

    def score(self, rows: Floats) -> Floats:
        values = [((rows - self._mean) / self._deviation).astype(np.float32)]
        for index in range(0, len(self._parameters), 2):
            value = values[-1] @ self._parameters[index] + self._parameters[index + 1]
            last = index + 2 == len(self._parameters)
            values.append((value if last else np.maximum(value, 0)).astype(np.float32))
        self._values = values
        return values[-1][:, 0]

    def gradients(self, by_score: Floats) -> list[Floats]:
        """The gradient by each parameter."""
        gradient = by_score[:, None].astype(np.float32)
        found: list[Floats] = []
        for index in range(len(self._parameters) - 2, -1, -2):
            found[:0] = [self._values[index // 2].T @ gradient, gradient.sum(0)]
            if index:
                below = gradient @ self._parameters[index].T
                gradient = np.where(self._values[index // 2] > 0, below, 0).astype(np.float32)
        return found


class Adam:
    """The optimiser's moments; changes the parameters in place."""

    def __init__(self, parameters: list[Floats], decay: float) -> None:
        self._parameters, self._decay = parameters, decay
        self._first = [np.zeros_like(one) for one in parameters]
        self._second = [np.zeros_like(one) for one in parameters]
        self._steps = 0

    def step(self, gradients: Sequence[Floats], rate: float) -> None:
        self._steps += 1
        for index, gradient in enumerate(gradients):
            slope = gradient + (self._decay * self._parameters[index] if gradient.ndim > 1 else 0)
            first, second = self._first[index], self._second[index]
            first += 0.1 * (slope - first)
            second += 0.001 * (slope * slope - second)
            change = first / (1 - 0.9**self._steps) / (np.sqrt(second / (1 - 0.999**self._steps)) + 1e-8)
            self._parameters[index] -= rate * change


def softmax(scores: Floats, first: NDArray[np.int64], sizes: NDArray[np.int64]) -> Floats:
    """The softmax within each position."""
    powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, first), sizes))
    shares: Floats = powers / np.repeat(np.add.reduceat(powers, first), sizes)
    return shares


# Quality


def joined_positions(parts: Sequence[Positions]) -> Positions:
    full = [part for part in parts if len(part.sizes)]
    return Positions(
        *(np.concatenate([getattr(part, name) for part in full]) for name in ("rows", "sizes", "right"))
    )


def joined_pieces(parts: Sequence[Pieces]) -> Pieces:
    full = [part for part in parts if len(part.right)]
    return Pieces(np.concatenate([part.rows for part in full]), np.concatenate([part.right for part in full]))


def rank_quality(model: Networks, data: Positions) -> str:
    scores = np.array(model.score(data.rows), np.float32)
    first = data.sizes.cumsum() - data.sizes
    wanted = scores[first + data.right]
    better = np.add.reduceat((scores > np.repeat(wanted, data.sizes)).astype(np.int64), first)
    known = data.right < data.sizes - 1
    loss = -np.log(softmax(scores, first, data.sizes)[first + data.right] + 1e-9).mean()
    return f"mean reciprocal rank {np.where(known, 1 / (1 + better), 0).mean():.4f}, log loss {loss:.4f}"


def piece_quality(model: Networks, data: Pieces) -> str:
    chance = 1 / (1 + np.exp(-np.array(model.score(data.rows))))
    loss = -np.log(np.where(data.right > 0, chance, 1 - chance) + 1e-9).mean()
    bins = [(low, (chance >= low) & (chance < low + 0.1)) for low in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)]
    shares = " ".join(f"{low:.1f}:{data.right[inside].mean():.2f}" for low, inside in bins if inside.any())
    return f"{len(chance)} pieces, log loss {loss:.4f}, right by confidence {shares}"


if __name__ == "__main__":
    main()
