"""Names that some new code uses and nothing defines: not the file, not the workspace, not the language."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable

from linnet_context.outline import Outline, outline
from linnet_context.text import Document

Known = Callable[[str], bool]
"""Whether a name stands anywhere in the code of the workspace."""

_WORD = re.compile(r"[^\W\d]\w*")
_MEMBER = re.compile(r"(?:\.|::|->|\?\.)\s*$")
_MOST = 8
_JAVASCRIPT = (
    "Array ArrayBuffer BigInt Boolean DataView Date Error Function Infinity Intl JSON Map Math NaN Number Object Promise "
    "Proxy RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError URL URLSearchParams "
    "WeakMap WeakSet console describe expect fetch it jest test vi beforeEach afterEach beforeAll afterAll require module "
    "process Buffer globalThis setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone parseInt "
    "parseFloat isNaN isFinite encodeURIComponent decodeURIComponent window document any unknown never string number "
    "boolean void object Record Partial Required Readonly Pick Omit Exclude Extract NonNullable ReturnType Parameters "
    "Awaited Iterable Iterator AsyncIterable Generator ReadonlyArray ReadonlyMap ReadonlySet super import"
)
_OWN = {
    "python": " ".join(dir(builtins)),
    "javascript": _JAVASCRIPT,
    "go": "append cap clear close complex copy delete imag len make max min new panic print println real recover any bool byte "
    "comparable complex128 complex64 error float32 float64 int int16 int32 int64 int8 rune string uint uint16 uint32 "
    "uint64 uint8 uintptr nil",
    "rust": "Some None Ok Err Option Result String Vec Box Self self str bool char i8 i16 i32 i64 i128 isize u8 u16 u32 u64 "
    "u128 usize f32 f64 drop Default Clone Copy Debug Drop Eq PartialEq Ord PartialOrd Fn FnMut FnOnce From Into Iterator "
    "IntoIterator Send Sync ToString AsRef vec println eprintln format panic assert assert_eq assert_ne matches write "
    "writeln todo unreachable unimplemented dbg",
    "java": "Object String Integer Long Double Float Boolean Character Byte Short Number Math System Exception "
    "RuntimeException IllegalArgumentException IllegalStateException NullPointerException Iterable Comparable Runnable "
    "Thread Override Deprecated StringBuilder Class Void Error Throwable AutoCloseable CharSequence super this",
    "c": "printf fprintf sprintf snprintf puts malloc calloc realloc free memcpy memmove memset strlen strcmp strncmp strcpy "
    "strncpy strdup exit abort assert sizeof size_t ssize_t bool int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t "
    "uint64_t FILE NULL std string vector map move forward make_unique make_shared unique_ptr shared_ptr",
}
_OWN_OF = {
    "javascriptreact": "javascript",
    "typescript": "javascript",
    "typescriptreact": "javascript",
    "cpp": "c",
}


def unknown_names(before: str, after: Document, lines: Iterable[int], known: Known) -> tuple[str, ...]:
    """Names that lines of a changed document call or use as types, and that are defined nowhere; at most 8.

    Members of other things are not looked at: what a value has cannot be told from its name. `before` is the text
    as it was.
    """
    found = outline(after.text(), after.language)
    if not found.definitions and not found.references:
        return ()
    touched, here = set(lines), set(_WORD.findall(before)) | _bound(after, found)
    own = builtins_of(after.language)
    names = (
        use.name
        for use in found.references
        if use.line in touched and not _MEMBER.search(after.line(use.line)[: use.column])
    )
    doubtful = (name for name in dict.fromkeys(names) if name not in here and name not in own)
    return tuple(name for name in doubtful if not known(name))[:_MOST]


def builtins_of(language: str) -> frozenset[str]:
    """Names that a language brings itself."""
    return frozenset(_OWN.get(_OWN_OF.get(language, language), "").split())


def _bound(document: Document, found: Outline) -> set[str]:
    """Names that a text defines, imports, or has in other places than calls and types: parameters and variables."""
    calls = {(use.line, use.column) for use in found.references}
    bound = {one.name for one in found.definitions}
    for one in found.imports:
        bound |= {one.alias, one.name, re.split(r"[./:]", one.module)[0], re.split(r"[./:]", one.module)[-1]}
    for number in range(len(document.lines)):
        line = document.line(number)
        bound |= {
            word[0]
            for word in _WORD.finditer(line)
            if (number, word.start()) not in calls and not _MEMBER.search(line[: word.start()])
        }
    return bound
