"""Splitting streams into events, wherever the network cut them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.models.sse import Event, Splitter, TooLong


def split(*pieces: bytes) -> list[Event]:
    """The events of a stream that comes in these pieces."""
    splitter = Splitter()
    events = [event for piece in pieces for event in splitter.feed(piece)]
    return [*events, *splitter.finish()]


def message(data: str) -> Event:
    return Event("message", data)


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"", []),
        (b"data: a\n\n", [message("a")]),
        (b"data:a\n\n", [message("a")]),
        (b"data:  a\n\n", [message(" a")]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [message("a"), message("b")]),
        (b"data: a\r\rdata: b\r\r", [message("a"), message("b")]),
        (b"data: a\ndata: b\n\n", [message("a\nb")]),
        (b"data: a\ndata:\n\n", [message("a\n")]),
        (b": OPENROUTER PROCESSING\n\ndata: a\n\n", [message("a")]),
        (b"data: a\n: ping\ndata: b\n\n", [message("a\nb")]),
        (b"event: error\ndata: {}\n\ndata: a\n\n", [Event("error", "{}"), message("a")]),
        (b"event: ping\n\ndata: a\n\n", [message("a")]),
        (b"id: 7\nretry: 10\nnonsense\ndata: a\n\n", [message("a")]),
        (b"data\n\n", [message("")]),
        (b"\n\n\n\ndata: a\n\n\n", [message("a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [message("a")]),
        (b"data: a\n\ndata: [DONE]", [message("a"), message("[DONE]")]),
        (b"data: \xff\xfe\n\n", [message("\ufffd\ufffd")]),
        (b"data: \xe2\x82", [message("\ufffd")]),
        ("data: a\u2028b\x0bc\x85d\n\n".encode(), [message("a\u2028b\x0bc\x85d")]),
    ],
)
def test_a_stream_is_split_by_the_standard(stream: bytes, events: list[Event]) -> None:
    """Line ends, comments, several data lines, event names and unknown fields are read as the standard says."""
    assert split(stream) == events


LINES = st.sampled_from(
    [
        "data: é",
        "data: 🐦",
        "data",
        "data: x",
        ": comment",
        "event: error",
        "id: 3",
        "",
        "",
        "noise",
        "data:\ufeff",
    ]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.tuples(LINES, ENDS)), st.lists(st.integers(0, 200)))
def test_the_cuts_do_not_matter(lines: list[tuple[str, str]], cuts: list[int]) -> None:
    """However a stream is cut into pieces, also inside characters and line ends, its events are the same."""
    stream = "".join(line + end for line, end in lines).encode()
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(places)]
    assert b"".join(pieces) == stream
    assert split(*pieces) == split(stream)
    assert split(*(bytes([byte]) for byte in stream)) == split(stream)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    """Arbitrary bytes are split without an error, the same way in one piece."""
    assert split(*pieces) == split(b"".join(pieces))


@pytest.mark.parametrize("stream", [b"data: ", b"event: ", b"data: a\ndata: ", b": ", b"id: "])
def test_an_endless_event_is_an_error(stream: bytes) -> None:
    """An event or a line that never ends does not fill the memory."""
    splitter = Splitter(longest=1000)
    list(splitter.feed(stream))
    with pytest.raises(TooLong):
        for _ in range(200):
            list(splitter.feed(b"0123456789"))


def test_an_event_of_endless_lines_is_an_error() -> None:
    """An event of ever more data lines does not fill the memory either."""
    splitter = Splitter(longest=1000)
    with pytest.raises(TooLong):
        for _ in range(200):
            list(splitter.feed(b"data: 0123456789\n"))


def test_a_long_stream_of_short_events_and_comments_is_fine() -> None:
    """The limit is one for each event, and comments do not count."""
    splitter = Splitter(longest=100)
    events = [event for _ in range(1000) for event in splitter.feed(b": ping\n: ping\ndata: a\n\n")]
    assert len(events) == 1000
    assert list(splitter.feed(b": ping\n" * 1000)) == []
