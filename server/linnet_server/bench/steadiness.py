"""Types what came next at some places, and looks how much of each prompt the provider has seen before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os.path import commonprefix

from linnet_completions.ghost.frame import Frame, frame_of, step
from linnet_completions.ghost.prompt import call
from linnet_completions.ghost.shape import wants_block
from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.index.names import IDENTIFIER
from linnet_context.snippet import Chunk, Context
from linnet_context.text import Document, Position
from linnet_server.bench.holdouts import Case

MAX_LINES = 12
# What is shown is compared with what would be gathered anew at every so many keys.
SAMPLED = 10


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Of the requests of a replay, one a key: shares from 0 to 1, None where there was nothing to count.

    `prompt`: characters of a prompt that equal the beginning of the one before, the first of a place left out.
    `recall`: needed names not yet written that the prompt shows; `recall_anew`: those that it would show if all were
    gathered anew for that key.
    """

    requests: int
    prompt: float | None
    recall: float | None
    recall_anew: float | None


def replay(index: Index, cases: Iterable[Case], budget: int) -> Steadiness:
    """Type the text of each case key by key, and ask at each of them as the editor does."""
    shared: list[float] = []
    kept: list[float] = []
    anew: list[float] = []
    requests = 0
    for case in cases:
        frame, before = None, ""
        for number, (document, position) in enumerate(_typing(case)):
            frame = _frame(index, frame, document, position, budget)
            prompt = _prompt(frame, document, position)
            requests += 1
            if before:
                shared.append(len(commonprefix((before, prompt))) / len(prompt))
            before = prompt
            coming = set(IDENTIFIER.findall(case.truth[number:])) & case.names.keys()
            if number % SAMPLED == 0 and coming:
                kept.append(_shown(coming, (*frame.snippets, *frame.more)))
                anew.append(_shown(coming, _gathered(index, document, position, budget).chunks))
    return Steadiness(requests, _mean(shared), _mean(kept), _mean(anew))


def _typing(case: Case) -> Iterable[tuple[Document, Position]]:
    """The document and the cursor before each key."""
    document, position = case.document, case.position
    for letter in case.truth:
        yield document, position
        document, _ = document.edited(position, position, letter, document.version + 1)
        position = (
            Position(position.line + 1, 0) if letter == "\n" else Position(position.line, position.column + 1)
        )


def _frame(index: Index, frame: Frame | None, document: Document, position: Position, budget: int) -> Frame:
    todo = step(frame, document, position, 0.0)
    if frame is not None and todo == "keep":
        return frame
    index.update(document.path, document.text())
    found = _gathered(index, document, position, budget)
    if frame is not None and todo == "add":
        return frame.with_more(position, found)
    return frame_of(document, position, found)


def _gathered(index: Index, document: Document, position: Position, budget: int) -> Context:
    return gather(index, document, position, "inline", budget)


def _prompt(frame: Frame, document: Document, position: Position) -> str:
    question = call(frame, document, position, block=wants_block(document, position), max_lines=MAX_LINES)
    return "\n".join(message.content for message in question.messages)


def _shown(names: set[str], chunks: Sequence[Chunk]) -> float:
    words = {word for chunk in chunks for word in IDENTIFIER.findall(chunk.text)}
    return len(names & words) / len(names)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
