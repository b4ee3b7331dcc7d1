"""An open document that follows its edits is the same as one opened afresh."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.engine.abstraction import Abstraction, abstraction
from linnet_completions.engine.buffer import WINDOW, Buffer, Stack
from linnet_completions.engine.lexer import DEDENT, FIRST_REAL, INDENT, NEWLINE, START, Vocabulary
from linnet_context.text import Document, Position

LINE = st.sampled_from(
    ["", "  ", "a = b(c)", "  a.b", "    return c", "\t}", "if a:", "x", "\r", "名 = '\ud800'"]
)
EDIT = st.tuples(st.integers(0, 12), st.integers(0, 12), st.lists(LINE, max_size=4), st.integers(0, 14))


def content(stack: Stack) -> tuple[object, ...]:
    """All that a stack answers from."""
    positions = {token: places for token, places in stack.positions.items() if places}
    patterns = {pattern: places for pattern, places in stack.patterns.items() if places}
    return stack.tokens, bytes(stack.spaces), stack.abstract, positions, patterns


def both(buffer: Buffer, line: int) -> tuple[object, ...]:
    buffer.at(line)
    return content(buffer.above), content(buffer.below), buffer.depth()


@given(st.lists(LINE, max_size=12), st.lists(EDIT, max_size=8), st.sampled_from([3, WINDOW]))
def test_edits_give_the_fresh_buffer(
    lines: list[str], edits: list[tuple[int, int, list[str], int]], window: int
) -> None:
    """After any edits and moves the stacks are those of a newly opened document."""
    vocabulary = Vocabulary()
    names = abstraction(vocabulary, 0)
    document = Document.of("a.py", "python", "\n".join(lines))
    buffer = Buffer(document, vocabulary, names, window)
    for first, last, inserted, cursor in edits:
        start, end = Position(min(first, last), 0), Position(max(first, last), 0)
        document, splice = document.edited(start, end, "".join(f"{line}\n" for line in inserted), 1)
        buffer.changed(document, [splice])
        line = min(cursor, len(document.lines) - 1)
        assert both(buffer, line) == both(Buffer(document, vocabulary, names, window), line)


def plain() -> tuple[Vocabulary, Abstraction]:
    vocabulary = Vocabulary()
    return vocabulary, abstraction(vocabulary, 0)


def test_stacks_leave_the_cursors_line_out() -> None:
    """The upper stack reads downwards to the cursor, the lower one upwards, and neither holds the cursor's line."""
    vocabulary, names = plain()
    buffer = Buffer(Document.of("a.py", "python", "a\n  b\nc\n\n  d\n  e\nf\n"), vocabulary, names)
    buffer.at(2)
    a, b, d, e, f = (vocabulary.ids[word] for word in "abdef")
    assert buffer.above.tokens == [START, NEWLINE, a, INDENT, b]
    assert buffer.below.tokens[::-1] == [d, NEWLINE, e, DEDENT, f, START]


def test_typing_on_a_line_changes_nothing() -> None:
    """While somebody types along a line the stacks, and what is remembered for them, stay."""
    document = Document.of("a.py", "python", "a\nb\nc\n")
    buffer = Buffer(document, *plain())
    buffer.at(1)
    before = buffer.generation
    for column, character in enumerate("xyz"):
        place = Position(1, 1 + column)
        document, splice = document.edited(place, place, character, column)
        buffer.changed(document, [splice])
        buffer.at(1)
    assert buffer.generation == before


def test_line_of() -> None:
    """A position of either stack leads back to its line."""
    vocabulary, names = plain()
    buffer = Buffer(Document.of("a.py", "python", "a\n\nb\ncursor\n\nc d\ne\n"), vocabulary, names)
    buffer.at(3)
    for stack, word, line in [
        (buffer.above, "a", 0),
        (buffer.above, "b", 2),
        (buffer.below, "c", 5),
        (buffer.below, "e", 6),
    ]:
        (position,) = stack.positions[vocabulary.ids[word]]
        assert buffer.line_of(stack, position) == line


def test_splices_that_do_not_fit() -> None:
    """Splices that do not lead to the document are survived by reading all of it again."""
    vocabulary, names = plain()
    buffer = Buffer(Document.of("a.py", "python", "a\nb\n"), vocabulary, names)
    buffer.at(1)
    other = Document.of("a.py", "python", "x\ny\nz\nw\n")
    buffer.changed(other, [])
    assert both(buffer, 2) == both(Buffer(other, vocabulary, names), 2)


def test_many_tokens_at_once() -> None:
    """Many tokens put on a stack and taken off together give what they give one by one."""
    vocabulary, names = plain()
    codes = [
        vocabulary.code_of(word)
        for number in range(900)
        for word in ("x", f" y{number % 7}", " =", f"z{number}")
    ]
    for step in (1, -1):
        at_once, one_by_one = Stack(names, step), Stack(names, step)
        for part in (codes[:9], codes[9:]):
            at_once.push(part)
            for code in part:
                one_by_one.push([code])
        assert content(at_once) == content(one_by_one)
        at_once.pop(3000)
        for _ in range(3000):
            one_by_one.pop(1)
        assert content(at_once) == content(one_by_one)


def test_far_lines_of_a_long_document_are_left_out() -> None:
    """Only what is near is in the stacks, and the lines keep their numbers."""
    vocabulary, names = plain()
    document = Document.of("a.py", "python", "".join(f"x{number}\n" for number in range(40)))
    buffer = Buffer(document, vocabulary, names, 5)
    for line in (20, 2, 39, 21):
        buffer.at(line)
        for stack, first, last in ((buffer.above, line - 9, line), (buffer.below, line + 1, line + 10)):
            seen = {vocabulary.words[token] for token in stack.tokens if token >= FIRST_REAL}
            near = {f"x{number}" for number in range(max(0, first), min(40, last))}
            assert seen <= near and len(seen) >= min(5, len(near))
            for word in seen:
                (position,) = stack.positions[vocabulary.ids[word]]
                assert buffer.line_of(stack, position) == int(word[1:])
