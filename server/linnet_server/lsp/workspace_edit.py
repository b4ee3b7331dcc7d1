"""Proposals as the client's own edits: versioned, with a remark at each change where the client shows remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from linnet_context.text import Document, Position
from linnet_server.lsp.convert import wire_range

_ASKED, _OUTSIDE = "linnet", "linnet.outside"


@dataclass(frozen=True, slots=True)
class Target:
    """The document that a proposal is for: its `version` is None when it is not open."""

    uri: str
    document: Document
    version: int | None


def edit_of(
    title: str,
    proposal: Mapping[str, Any],
    target: Target,
    encoding: str,
    *,
    versioned: bool,
    annotated: bool,
) -> types.WorkspaceEdit:
    """The edit of a document that a proposal (the worker's JSON) makes.

    `versioned`: whether the client takes document changes; `annotated`: whether it shows remarks and asks first.
    """
    changes = proposal["changes"]
    if not versioned:
        return types.WorkspaceEdit(
            changes={target.uri: [_edit(change, target.document, encoding) for change in changes]}
        )
    edits = [
        _annotated(change, target.document, encoding)
        if annotated
        else _edit(change, target.document, encoding)
        for change in changes
    ]
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri=target.uri, version=target.version)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(text_document=identifier, edits=list(edits))],
        change_annotations=_annotations(title, proposal) if annotated else None,
    )


def creation_of(title: str, proposal: Mapping[str, Any], uri: str, *, annotated: bool) -> types.WorkspaceEdit:
    """The edit that makes a new file; it fails in the client when there is one by now."""
    marks = _annotations(title, proposal) if annotated else None
    options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    start = types.Range(types.Position(0, 0), types.Position(0, 0))
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None)
    edit = types.TextEdit(range=start, new_text=proposal["created"])
    return types.WorkspaceEdit(
        document_changes=[
            types.CreateFile(uri=uri, options=options, annotation_id=_ASKED if marks else None),
            types.TextDocumentEdit(text_document=identifier, edits=[edit]),
        ],
        change_annotations=marks,
    )


def _edit(change: Mapping[str, Any], document: Document, encoding: str) -> types.TextEdit:
    start, end = (Position(*change[side]) for side in ("start", "end"))
    wire = wire_range(document, start, end, encoding)
    span = types.Range(types.Position(**wire["start"]), types.Position(**wire["end"]))
    return types.TextEdit(range=span, new_text=change["text"])


def _annotated(change: Mapping[str, Any], document: Document, encoding: str) -> types.AnnotatedTextEdit:
    edit = _edit(change, document, encoding)
    mark = _OUTSIDE if change["outside"] else _ASKED
    return types.AnnotatedTextEdit(range=edit.range, new_text=edit.new_text, annotation_id=mark)


def _annotations(title: str, proposal: Mapping[str, Any]) -> dict[str, types.ChangeAnnotation]:
    """What is remarked: doubts, and changes of lines that nobody asked about, want a look before they are made."""
    said = " ".join(proposal["notes"]) or None
    marks = {
        _ASKED: types.ChangeAnnotation(label=title, needs_confirmation=proposal["doubts"], description=said)
    }
    why: Sequence[str] = [change["why"] for change in proposal["changes"] if change["outside"]]
    if why:
        marks[_OUTSIDE] = types.ChangeAnnotation(
            label=f"{title}: other lines", needs_confirmation=True, description=why[0]
        )
    return marks
