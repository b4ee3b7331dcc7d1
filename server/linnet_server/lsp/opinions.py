"""Review notes by the model that the user chose, beside those of the mechanical checks."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from linnet_completions.worker.jobs import note_of
from linnet_server.lsp.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linnet_completions.models.asking import Route
    from linnet_completions.review.finding import Finding
    from linnet_completions.review.model import Material, Opinion
    from linnet_context.text import Document
    from linnet_server.settings import Settings

log = logging.getLogger(__name__)

Findings = tuple["Finding", ...]


async def of_document(
    root: Path, document: Document, route: Route, settings: Settings
) -> tuple[tuple[Note, ...], str]:
    """What the model says of what an open document adds to its last commit: notes, and a sentence."""
    shown, known = await asyncio.to_thread(_document, root, document)
    given = await _opinion(shown, known, route, settings)
    return tuple(Note(**note_of(one)) for one in given.findings), _sentence(given)


async def of_workspace(
    root: Path, route: Route, settings: Settings
) -> tuple[dict[Path, tuple[Note, ...]], str]:
    """What the model says of all that is not committed: notes by file, and a sentence. Raises Problem."""
    top, shown, known = await asyncio.to_thread(_workspace, root, settings.context.ignore)
    given = await _opinion(shown, known, route, settings)
    notes: dict[Path, tuple[Note, ...]] = {}
    for one in given.findings:
        path = top / one.path
        notes[path] = (*notes.get(path, ()), Note(**note_of(one)))
    return notes, _sentence(given)


async def _opinion(shown: Material, known: Findings, route: Route, settings: Settings) -> Opinion:
    from linnet_completions.review.model import opinion

    review = settings.review
    given = await opinion(shown, known, route, most=review.max_findings, classes=review.classes)
    if given.failure:
        log.warning("the model does not answer: %s", given.failure)
    return given


def _document(root: Path, document: Document) -> tuple[Material, Findings]:
    from linnet_completions.review.model import Material, document_material
    from linnet_completions.review.review import document_pair, review_document
    from linnet_context import git

    text, base = document.text(), git.show(root, "HEAD", document.path)
    pair = document_pair(root, document.path, text, base)
    if pair is None:
        return Material((), ()), ()
    known = review_document(root, document.path, text, base)
    return document_material(pair, known), known


def _workspace(root: Path, ignore: Sequence[str]) -> tuple[Path, Material, Findings]:
    from linnet_completions.review.change import Inputs, find_change
    from linnet_completions.review.checks import Options
    from linnet_completions.review.model import material
    from linnet_completions.review.review import review

    change = find_change(root, Inputs())
    report = review(change, options=Options(ignore=tuple(ignore)))
    return change.root, material(change, report, ignore), report.findings


def _sentence(given: Opinion) -> str:
    if given.failure:
        return f"The model did not answer to the end: {given.failure}"
    return f"Read by {given.label}, too."
