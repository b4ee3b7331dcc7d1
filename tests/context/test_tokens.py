"""Token counts, exact and estimated."""

from __future__ import annotations

import hashlib
import importlib.util
import lzma
import socket
import subprocess
import sys
from pathlib import Path
from statistics import quantiles

import pytest

from linnet_context import tokens

ROOT = Path(__file__).parents[2]

# Counted with an independent implementation of the same vocabulary (bpe-openai 0.1.4).
KNOWN = [
    ("", 0),
    ("hello world", 2),
    ("def f(x):\n    return x + 1\n", 11),
    ("größe 𝔸 日本語", 7),
    ("<|endoftext|>", 7),
    ("  \n\n\t x", 3),
    ("a" * 1000, 125),
    (" " * 300, 3),
    ("don't WON'T HTTPServer 123456", 8),
]


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_known_counts(text: str, expected: int) -> None:
    """Counts are those of the models, token for token."""
    assert tokens.count(text) == expected


def test_a_lone_surrogate_counts() -> None:
    """Text that no encoding can hold still has a count."""
    assert tokens.count("\ud800x") == 2


def test_a_million_blanks() -> None:
    """The longest run of blanks is counted like any other."""
    assert 7800 < tokens.count(" " * 1_000_000) < 15700


def test_text_survives_its_tokens() -> None:
    """Decoding what was encoded gives the text back, in any script."""
    text = (ROOT / "tests/context/data/sample.py").read_text(encoding="utf-8") + "日本語 👩‍💻 \x00"
    encoding = tokens._encoding()
    assert encoding.decode(encoding.encode_ordinary(text)) == text


def test_the_vocabulary_is_the_published_one() -> None:
    """The shipped vocabulary unpacks to the very file that the models' makers publish."""
    spec = importlib.util.spec_from_file_location("build_vocabulary", ROOT / "tools/build_vocabulary.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    ranks = tokens._ranks()
    text = "".join(f"{script.base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items())
    assert len(ranks) == 199_998
    assert hashlib.sha256(text.encode()).hexdigest() == script.SHA256
    blob = b"".join(bytes([len(token)]) + token for token in ranks)
    assert lzma.decompress(script.TARGET.read_bytes()) == blob


def test_loading_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vocabulary comes with the package: loading it afresh opens no socket."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert len(tokens._encoding.__wrapped__().encode_ordinary("hello world")) == 2


@pytest.mark.slow
def test_counting_waits_for_nobody() -> None:
    """Before the vocabulary is loaded a count is an estimate, afterwards it is exact; importing loads nothing."""
    program = (
        "import sys\n"
        "from linnet_context import tokens\n"
        "assert 'tiktoken' not in sys.modules and not tokens.ready()\n"
        "text = 'internationalisation'\n"
        "assert tokens.count_or_estimate(text) == tokens.estimate(text) == 1\n"
        "tokens.load()\n"
        "assert tokens.ready() and tokens.count_or_estimate(text) == tokens.count(text) == 2\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program], check=True)


def test_estimates_are_near() -> None:
    """On the files of this repository nine estimates in ten are within 15 % of the count."""
    ratios = []
    for folder in ("context", "completions", "server", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if len(text) > 400:
                ratios.append(tokens.estimate(text) / tokens.count(text))
    low, *_, high = quantiles(ratios, n=20)
    assert abs(low - 1) < 0.15
    assert abs(high - 1) < 0.15
