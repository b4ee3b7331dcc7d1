"""Which type a definition has, gives back or extends, read from its signature: one name, the one that tells most."""

from __future__ import annotations

import re
from functools import lru_cache

from .outline import Definition

_NAME = re.compile(r"(?<![\w'])[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*")
_STRINGS = re.compile(r'"[^"\n]*"|' r"'[^'\n]*'|`[^`\n]*`")
_BUILT = re.compile(r"=\s*(?:await\s+)?(?:new\s+|&(?:mut\s+)?)?([^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*)\s*[({]")
_EXTENDS = re.compile(r"\b(?:extends|implements)\s+([\w.]+)")
_DERIVES = re.compile(r"\s*(?:final\s*)?:\s*(?:(?:public|protected|private|virtual)\s+)*([\w:]+)")
_SELF = re.compile(r"\bSelf\b")
_BASES = re.compile(r"\(\s*([\w.]+)\s*[,)\[]")
_BEFORE_NAME = frozenset({"java", "c"})
"""Families that write a type before the name it belongs to."""

# What holds, wraps or qualifies another type, and types that say nothing.
_WRAPPING = """Optional Union Annotated ClassVar Final Literal Type type list List dict Dict set Set tuple Tuple frozenset
    FrozenSet Sequence MutableSequence Iterable Iterator AsyncIterable AsyncIterator Mapping MutableMapping Callable
    Awaitable Coroutine Generator AsyncGenerator Collection Any None object bool int float str bytes typing Self
    Promise Array ReadonlyArray Record Partial Readonly Required Pick Omit Map WeakMap Set string number boolean void
    unknown any never null undefined bigint symbol readonly unique keyof typeof is asserts this
    Result Option Vec Box Rc Arc Cell RefCell Mutex RwLock Cow Pin HashMap HashSet BTreeMap VecDeque impl dyn mut ref
    pub fn const static let crate super self usize isize u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char where async
    map chan func interface struct error string byte rune uint uint8 uint16 uint32 uint64 int8 int16 int32 int64
    float32 float64 uintptr any var type
    public private protected final abstract default synchronized volatile transient native throws extends implements
    Collection ArrayList HashMap Iterable Iterator Supplier Function Consumer Object String Integer Long Boolean Double
    List Set Class
    signed unsigned short long double inline extern virtual explicit constexpr enum union class template typename
    std vector unique_ptr shared_ptr optional size_t ssize_t uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t
    int64_t wchar_t auto register override noexcept new delete"""
_WRAPPERS = frozenset(_WRAPPING.split())


def type_of(found: Definition, family: str) -> str:
    """The type of a value, the result of a function, the first base of a class; empty when nothing tells.

    Of what wraps another type (an optional, a list, a promise) it is the wrapped one.
    """
    text = found.signature
    if '"' in text or "'" in text or "`" in text:
        text = _STRINGS.sub(_unquoted, text)
    start = _start_of(found.name, text)
    if start < 0:
        return ""
    before, after = text[:start], text[start + len(found.name) :]
    if found.kind in ("class", "type", "module"):
        return _base(after, family)
    if found.kind in ("function", "method"):
        told = _result(before, after, family)
    else:
        told = before if family in _BEFORE_NAME else _annotation(after, family)
    if family == "rust" and "Self" in told and _SELF.search(told):
        return found.parent
    name = main_type(told)
    if not name and found.kind not in ("function", "method") and (built := _BUILT.search(after)):
        name = _last(built[1])
    return "" if name == found.name else name


def _start_of(name: str, text: str) -> int:
    """Where a name stands as a word of its own; -1 if nowhere."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_is_part(text[start - 1 : start]) or _is_part(text[end : end + 1])):
            return start
        start = text.find(name, start + 1)
    return -1


def _is_part(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


@lru_cache(maxsize=4096)
def main_type(text: str) -> str:
    """The first name in a type expression that is no wrapper: ``Foo`` of ``dict[str, list[pkg.Foo]]``."""
    return next((name for name in map(_last, _NAME.findall(text)) if name not in _WRAPPERS), "")


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2].rpartition("::")[2]


def _unquoted(found: re.Match[str]) -> str:
    """Python quotes types that are not defined yet; other strings tell nothing."""
    inner = found[0][1:-1]
    return inner if re.fullmatch(r"[\w.\[\], |]+", inner) and " " not in inner.strip() else '""'


def _base(after: str, family: str) -> str:
    if family == "python":
        found = _BASES.match(after)
        return main_type(found[1]) if found else ""
    if family == "c":
        found = _DERIVES.match(after)
    else:
        found = _EXTENDS.search(after.partition("{")[0]) if family in ("javascript", "java") else None
    return main_type(found[1]) if found else ""


def _result(before: str, after: str, family: str) -> str:
    if family in _BEFORE_NAME:
        return before
    if family in ("python", "rust"):
        return after.rpartition("->")[2] if "->" in after else ""
    return re.sub(r"^:?\s*\w+ is ", "", _behind_brackets(after))


def _annotation(after: str, family: str) -> str:
    told = after.partition("=")[0].lstrip("?! ")
    if family == "go":  # Names that share a type stand before it.
        return re.sub(r"^(?:,\s*\w+)+", "", told)
    return told.partition(":")[2].partition("{")[0]


def _behind_brackets(text: str) -> str:
    """What follows the first pair of parentheses."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and not depth:
            return text[at + 1 :].strip()
    return ""
