"""Fill-in-the-middle by chat: frozen parts first, the part that grows with each key last."""

from __future__ import annotations

import hashlib

from linnet_completions.ghost.frame import Frame
from linnet_completions.models.protocol import Call, Extra, Fill, Message
from linnet_context.text import Document, Position

# Goes into the cache's keys: change it with every change of the prompt or of how answers are read.
PROMPT_VERSION = 2
SINGLE_TOKENS, BLOCK_TOKENS = 64, 256
CLOSING = "</fill>"

SYSTEM = """\
You complete code at a cursor inside an editor. You get related code of the project, the code after the cursor and the \
code before it. Reply with the text to insert at the cursor, inside <fill> and </fill>, and nothing else.
- Begin with the very next character after the cursor, even in the middle of a word. Never repeat what stands before it.
- Never repeat the code after the cursor, nor brackets or quotes that are closed there already.
- Use only names that the shown code defines or that the language has. Keep the file's indentation and style.
- If nothing useful can be inserted, reply <fill></fill>.
The cursor is at <cursor/>.
Example: before the cursor stands `total = sum(item.pr`, after it `)`. Reply: <fill>ice for item in items</fill>
Example: before the cursor stands `    return None` and after it the next function. Reply: <fill></fill>"""

CURSOR = "<cursor/>"
SINGLE = "Complete the cursor's line; where it is certain what follows, go on for up to three lines."
BLOCK = "Complete the body that begins here; stop where it ends."


def call(frame: Frame, document: Document, position: Position, *, block: bool, max_lines: int) -> Call:
    """The question to a chat model for the text at a place."""
    messages = (
        Message("system", SYSTEM),
        Message("user", stable_part(frame), stable=True),
        Message("user", live_part(frame, document, position, block=block)),
    )
    tokens = min(BLOCK_TOKENS, 24 * max_lines) if block else SINGLE_TOKENS
    return Call(
        "inline",
        messages,
        max_tokens=tokens,
        stop=(CLOSING,),
        cache_key=cache_key(document.path),
        fill=fill(frame, document, position, block=block),
    )


def fill(frame: Frame, document: Document, position: Position, *, block: bool) -> Fill:
    """The same question for models that fill in the middle by themselves; one line ends at its end."""
    before = _plain([*document.lines[frame.anchor : position.line], document.before(position)])
    after = document.after(position) + "\n" + _plain(frame.suffix)
    extras = tuple(Extra(chunk.path or "context", chunk.text) for chunk in (*frame.snippets, *frame.more))
    return Fill(document.path, before, after, extras, () if block else ("\n",))


def stable_part(frame: Frame) -> str:
    """What stays equal while one types: related code, the code behind the cursor, the start of the code before it."""
    related = "\n".join(chunk.text for chunk in frame.snippets)
    parts = [f"<related>\n{related}\n</related>"] if related else []
    parts.append(f'<file path="{frame.document.path}" language="{frame.document.language}">')
    parts.append(f"<after>\n{_plain(frame.suffix)}</after>")
    parts.append(f"<before>\n{_plain(frame.head())}")
    return "\n".join(parts)


def live_part(frame: Frame, document: Document, position: Position, *, block: bool) -> str:
    """What changes with each key: the last lines up to the cursor, and only behind it what else is to be said of it.

    So nothing in front of the cursor changes while one types, whatever shape is wanted and whatever stands behind it.
    What was found since the stable part was made stands between the two; each line adds to it at most.
    """
    more = "\n".join(chunk.text for chunk in frame.more)
    related = f"</before>\n<related>\n{more}\n</related>\n<before>\n" if more else ""
    lines = _plain(document.lines[frame.live : position.line]) + document.before(position)
    after = document.after(position)
    rest = f"The rest of the cursor's line is: {after}\n" if after.strip() else ""
    return f"{related}{lines}{CURSOR}\n</before>\n{rest}{BLOCK if block else SINGLE}"


def cache_key(path: str) -> str:
    """A hint for the provider's prompt cache that gives the path away to nobody."""
    return hashlib.sha256(f"linnet {PROMPT_VERSION} {path}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _plain(lines: tuple[str, ...] | list[str]) -> str:
    return "".join(lines).replace("\r\n", "\n")
