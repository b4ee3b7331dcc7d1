"""`textDocument/codeAction` and its resolving: what can be done at a place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from linnet_completions.edit.change import Span, shift
from linnet_completions.edit.languages import OFFERED, extension_of
from linnet_completions.worker.client import WorkerGone
from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_server.lsp.convert import position_of
from linnet_server.lsp.features import edits
from linnet_server.lsp.features.edits import Wanted
from linnet_server.lsp.features.status import status_of
from linnet_server.lsp.notes import wire_diagnostic
from linnet_server.lsp.session import Session, Snapshot
from linnet_server.lsp.workspace_edit import Target, edit_of

if TYPE_CHECKING:
    from linnet_server.lsp.cold import Cold
    from linnet_server.lsp.documents import Opened

COMMAND_OF = {
    "fix": "linnet.fix",
    "document": "linnet.document",
    "tests": "linnet.tests",
    "rewrite": "linnet.edit",
    "simplify": "linnet.simplify",
    "translate": "linnet.translate",
}
SOURCE, REWRITE, QUICKFIX = "source.linnet", "refactor.rewrite", "quickfix"
_INSTRUCTION = re.compile(r"(?:#|//|--|/\*|<!--)\s*linnet:\s*(?!ignore\b)(?P<words>.+?)\s*(?:\*/|-->)?\s*$")
_RULE = re.compile(r"[A-Z]{1,6}\d{1,4}")
_MOST_PROBLEMS = 3
_LONGEST = 60
# ruff answers in some milliseconds; a menu must not wait for it when it does not.
_PATIENCE = 2.0


async def code_actions(
    session: Session, snapshot: Snapshot, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """What can be done at a place: explain it, review its file, and where a model is chosen, change it."""
    opened = snapshot.opened
    if opened is None:
        return []
    session.menus[opened.uri] = opened
    params.context.diagnostics = [*params.context.diagnostics, *_own_notes(snapshot, opened, params)]
    safe = await _safe(session, snapshot, opened, params)
    found = [*safe, *_all(session, snapshot, opened, params)]
    only = params.context.only
    return [one for one in found if only is None or any(_is_kind(one.kind, wanted) for wanted in only)]


def _own_notes(
    snapshot: Snapshot, opened: Opened, params: types.CodeActionParams
) -> Iterator[types.Diagnostic]:
    """Our notes on the lines. Some clients tell only of those that the cursor stands on."""
    span, encoding = _lines(snapshot, opened, params), snapshot.client.encoding
    told = {(one.range.start.line, one.message) for one in params.context.diagnostics}
    for note in snapshot.state.notes.get(opened.uri, ()):
        if note.first <= span.last and span.first <= note.last and (note.first, note.message) not in told:
            wire = wire_diagnostic(note, opened.document, encoding)
            start, end = (types.Position(**wire["range"][side]) for side in ("start", "end"))
            severity = types.DiagnosticSeverity(wire["severity"])
            yield types.Diagnostic(
                range=types.Range(start, end),
                message=note.message,
                severity=severity,
                code=note.rule,
                source=wire["source"],
            )


def _all(
    session: Session, snapshot: Snapshot, opened: Opened, params: types.CodeActionParams
) -> Iterator[types.CodeAction]:
    place = _plain(params.range)
    about = {"uri": opened.uri, "range": place}
    problems = params.context.diagnostics[:_MOST_PROBLEMS]
    changes = _changes_by_model(session) and opened.document.language in SOURCE_LANGUAGES and opened.root
    if changes:
        for problem in problems:
            title = f"Linnet: fix “{_short(problem.message)}”"
            more = {"range": _plain(problem.range), "diagnostic": _problem(problem)}
            yield _lazy(session, opened, title, "fix", QUICKFIX, {**about, **more}, [problem])
    for problem in problems:
        title = f"Linnet: explain “{_short(problem.message)}”"
        more = {"range": _plain(problem.range), "diagnostic": _problem(problem), "show": True}
        yield action(title, "linnet.explain", {**about, **more}, QUICKFIX)
    yield action("Linnet: explain this", "linnet.explain", {**about, "show": True})
    if changes:
        yield from _rewritings(session, opened, about, _lines(snapshot, opened, params))
    yield action("Linnet: review this file", "linnet.review", {"uri": opened.uri})


def _rewritings(
    session: Session, opened: Opened, about: dict[str, Any], span: Span
) -> Iterator[types.CodeAction]:
    words = _instruction(opened, span)
    if words:
        more = {**about, "instruction": f"{words}\nRemove the comment that asks for this."}
        title = f"Linnet: do “{_short(words)}”"
        yield _lazy(session, opened, title, "rewrite", REWRITE, more)
    for kind in ("document", "tests", "simplify"):
        yield _lazy(session, opened, f"Linnet: {edits.TITLES[kind]}", kind, REWRITE, about)
    if span.first < span.last:
        for name in OFFERED[:3]:
            if language_of(f"text.{extension_of(name)}") != opened.document.language:
                more = {**about, "language": name}
                title = f"Linnet: translate this to {name}"
                yield _lazy(session, opened, title, "translate", REWRITE, more)


def action(title: str, command: str, argument: dict[str, Any], kind: str = SOURCE) -> types.CodeAction:
    """A code action that runs a command of ours."""
    return types.CodeAction(
        title=title,
        kind=kind,
        command=types.Command(title=title, command=command, arguments=[argument]),
    )


def _lazy(
    session: Session,
    opened: Opened,
    title: str,
    kind: str,
    action_kind: str,
    argument: dict[str, Any],
    problems: Sequence[types.Diagnostic] = (),
) -> types.CodeAction:
    """An action whose edit is worked out when it is chosen; a command for clients that cannot ask for it then."""
    found = list(problems) or None
    if not session.client.edits.resolves:
        made = action(title, COMMAND_OF[kind], argument, action_kind)
        made.diagnostics = found
        return made
    data = {"edit": kind, "version": opened.document.version, **argument}
    return types.CodeAction(title=title, kind=action_kind, data=data, diagnostics=found)


async def resolve(session: Session, cold: Cold, given: types.CodeAction) -> types.CodeAction:
    """`codeAction/resolve`: the action with its edit; without one when there is none, which the status line tells."""
    data: Any = given.data
    if not isinstance(data, dict) or data.get("edit") not in COMMAND_OF:
        return given
    before, opened = session.menus.get(data["uri"]), session.current(data["uri"])
    if opened is None or before is None or before.document.version != data["version"]:
        return given
    asked = edits.wanted_of(data["edit"], before, data, session.client.encoding)
    by = shift(before.document.lines, opened.document.lines, Span(asked.first, asked.last))
    if by is None:
        cold.notify("linnet/status", {**status_of(session), "message": "These lines were edited."})
        return given
    wanted = Wanted(asked.kind, asked.first + by, asked.last + by, asked.words, asked.language)
    given.edit = (await edits.worked_out(session, cold, opened, wanted)).edit
    return given


async def _safe(
    session: Session, snapshot: Snapshot, opened: Opened, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """Fixes that ruff calls safe, for problems that it or we have reported; they need no model and no network."""
    rules = sorted({rule for one in params.context.diagnostics if (rule := rule_of(one.code))})
    if not rules or opened.document.language != "python" or not opened.root:
        return []
    span = _lines(snapshot, opened, params)
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "rules": rules,
        "first": span.first,
        "last": span.last,
    }
    # Some editors ask at each move of the cursor.
    key = (opened.uri, opened.document.version, *rules, span)
    known, found = session.safe_fixes
    if known != key:
        try:
            found = await session.worker.request("safeFixes", question, _PATIENCE)
        except (WorkerGone, TimeoutError):
            return []
        session.safe_fixes = key, found
    return [_fix(session, opened, params, one) for one in found or () if _is_of(opened, one)]


def _is_of(opened: Opened, fix: dict[str, Any]) -> bool:
    return bool(fix["proposal"]["version"] == opened.document.version)


def _fix(
    session: Session, opened: Opened, params: types.CodeActionParams, fix: dict[str, Any]
) -> types.CodeAction:
    title = f"Linnet: {fix['message'].rstrip('.')} ({fix['rule']}, offline)"
    support = session.client.edits
    target = Target(opened.uri, opened.document, opened.document.version)
    return types.CodeAction(
        title=title,
        kind=QUICKFIX,
        is_preferred=True,
        diagnostics=[one for one in params.context.diagnostics if rule_of(one.code) == fix["rule"]],
        edit=edit_of(
            title,
            fix["proposal"],
            target,
            session.client.encoding,
            versioned=support.versions,
            annotated=support.annotates,
        ),
    )


def _changes_by_model(session: Session) -> bool:
    """Whether the user chose a model for edits. Cheap: nothing of the network is looked at."""
    settings = session.state.settings
    chosen = settings.routes.edit or (settings.provider,)
    return session.gate is not None and not settings.offline and any(one != "local" for one in chosen)


def rule_of(code: object) -> str:
    """The code of ruff's rule in a diagnostic's code ("F401", "ruff/F401"); "" where there is none."""
    word = str(code or "").rpartition("/")[2]
    return word if _RULE.fullmatch(word) else ""


def _instruction(opened: Opened, span: Span) -> str:
    """What a comment `linnet: ...` on the lines, or right above them, asks for."""
    for line in range(max(0, span.first - 1), span.last + 1):
        found = _INSTRUCTION.search(opened.document.line(line))
        if found:
            return found["words"]
    return ""


def _lines(snapshot: Snapshot, opened: Opened, params: types.CodeActionParams) -> Span:
    wire = _plain(params.range)
    first, last = (
        position_of(opened.document, wire[side], snapshot.client.encoding).line for side in ("start", "end")
    )
    return Span(first, last)


def _plain(span: types.Range) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": span.start.line, "character": span.start.character},
        "end": {"line": span.end.line, "character": span.end.character},
    }


def _problem(diagnostic: types.Diagnostic) -> dict[str, str]:
    return {"message": diagnostic.message, "code": str(diagnostic.code or "")}


def _is_kind(kind: object, wanted: object) -> bool:
    return not wanted or kind == wanted or str(kind).startswith(f"{wanted}.")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
