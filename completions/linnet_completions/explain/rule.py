"""What a lint rule is about, in the words of the tool that checks it: read from ruff, without a network."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from linnet_completions.review.rules import ruff_page

_CODE = re.compile(r"[A-Z]{1,6}\d{1,4}")
_IN_TEXT = re.compile(r"(?<![\w/])(?:ruff/)?(?P<code>[A-Z]{1,6}\d{3,4})(?!\w)")
_MOST = 2500


@lru_cache(maxsize=64)
def rule_page(code: str) -> str:
    """Ruff's page about a rule ("F632", "ruff/F632") as Markdown; "" for what is no rule of ruff's. Runs ruff."""
    word = code.rpartition("/")[2]
    raw = ruff_page(word) if _CODE.fullmatch(word) else None
    try:
        page = json.loads(raw) if raw else None
    except ValueError:
        page = None
    if not isinstance(page, dict) or not isinstance(page.get("explanation"), str):
        return ""
    text = re.sub(r"^## ", "**", page["explanation"], flags=re.MULTILINE)
    text = re.sub(r"^(\*\*[^\n]*)$", r"\1**", text, flags=re.MULTILINE)
    return f"**Rule {word} ({page.get('name', '')})**\n\n{text[:_MOST].strip()}"


def rule_in(message: str) -> str:
    """The code of a rule that a message names, or ""."""
    found = _IN_TEXT.search(message)
    return found["code"] if found else ""
