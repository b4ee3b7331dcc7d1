"""Packs the o200k vocabulary, so that tokens are counted exactly without a network.

The vocabulary is the public file `o200k_base.tiktoken`, which the PyPI package bpe-openai carries (MIT licence):

    pip download --no-deps --dest build bpe-openai
    python tools/build_vocabulary.py build/bpe_openai-*.whl

Its text is one line a token, `base64(token) rank`, with the ranks 0 to 199,997 in order. What is written holds the
tokens in the order of their ranks, each behind one byte with its length, compressed with xz. The same wheel gives
the same bytes each time.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import lzma
import sys
import zipfile
from pathlib import Path

SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
MEMBER = "bpe_openai/data/o200k_base.tiktoken.gz"
TARGET = Path(__file__).parent.parent / "context/linnet_context/vocabulary/o200k.xz"


def tokens_of(text: bytes) -> list[bytes]:
    """The tokens of a `.tiktoken` file by rank; ends the program when it is not the file we know."""
    if hashlib.sha256(text).hexdigest() != SHA256:
        sys.exit("The vocabulary is not the known one: its sha256 differs.")
    lines = [line.split() for line in text.splitlines()]
    if [int(rank) for _, rank in lines] != list(range(len(lines))):
        sys.exit("The ranks of the vocabulary are not dense.")
    return [base64.b64decode(token) for token, _ in lines]


def packed(tokens: list[bytes]) -> bytes:
    """All tokens behind their lengths, compressed."""
    blob = b"".join(bytes([len(token)]) + token for token in tokens)
    return lzma.compress(blob, check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(MEMBER))
    data = packed(tokens_of(text))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/build_vocabulary.py WHEEL")
    main(sys.argv[1])
