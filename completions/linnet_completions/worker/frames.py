"""Messages between the server and its worker: a 4-byte length, then JSON."""

from __future__ import annotations

from typing import Any, BinaryIO

import orjson

LIMIT = 256 * 1024 * 1024
_SURROGATES = {number: "\ufffd" for number in range(0xD800, 0xE000)}


def pack(message: dict[str, Any]) -> bytes:
    """One frame. Lone surrogates, which no JSON can carry, become replacement characters."""
    try:
        body = orjson.dumps(message)
    except TypeError:
        body = orjson.dumps(_clean(message))
    return len(body).to_bytes(4, "big") + body


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message of a blocking stream; None at its end. ValueError or TypeError when the stream is not ours."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    if size > LIMIT:
        raise ValueError(f"a frame of {size} bytes")
    body = stream.read(size)
    if len(body) < size:
        return None
    message = orjson.loads(body)
    if not isinstance(message, dict):
        raise TypeError("a frame that holds no object")
    return message


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_SURROGATES)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
