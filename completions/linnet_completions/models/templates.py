"""How each family of models is told to fill in the middle: its own tokens, in its own order, and where it stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from linnet_completions.models.protocol import Extra, Fill

# Prompt of a file's text around the cursor, when everything in it is plain.
Laid = Callable[[Fill], str]


@dataclass(frozen=True, slots=True)
class Template:
    """One family's layout. `marks` are its tokens, which no text of the user's may hold; `ends` come after the middle."""

    name: str
    laid: Laid
    marks: tuple[str, ...]
    ends: tuple[str, ...] = ()

    def prompt(self, fill: Fill) -> str:
        """The whole prompt. Code that speaks of the family's tokens has them broken, so that they stay text."""
        return self.laid(_plain(fill, self.marks))

    @property
    def stops(self) -> tuple[str, ...]:
        """What ends the answer, where the server lets such tokens through as text."""
        return (*self.ends, *self.marks)


def _plain(fill: Fill, marks: tuple[str, ...]) -> Fill:
    def plain(text: str) -> str:
        for mark in marks:
            if mark in text:
                text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return text

    extras = tuple(Extra(plain(extra.path), plain(extra.text)) for extra in fill.extras)
    return Fill(plain(fill.path), plain(fill.prefix), plain(fill.suffix), extras, fill.stop)


def _starcoder(fill: Fill) -> str:
    return f"<fim_prefix>{fill.prefix}<fim_suffix>{fill.suffix}<fim_middle>"


def _starcoder2(fill: Fill) -> str:
    files = "".join(f"<file_sep>{extra.text}" for extra in fill.extras)
    return f"{files}<file_sep>{_starcoder(fill)}" if files else _starcoder(fill)


def _middle(fill: Fill) -> str:
    return f"<|fim_prefix|>{fill.prefix}<|fim_suffix|>{fill.suffix}<|fim_middle|>"


def _qwen(fill: Fill) -> str:
    if not fill.extras:
        return _middle(fill)
    files = "".join(f"<|file_sep|>{extra.path}\n{extra.text}\n" for extra in fill.extras)
    return f"<|repo_name|>project\n{files}<|file_sep|>{fill.path}\n{_middle(fill)}"


def _mercury(fill: Fill) -> str:
    files = "".join(f"<|file_sep|>{extra.path}\n{extra.text}\n" for extra in fill.extras)
    return f"{files}<|file_sep|>{fill.path}\n{_middle(fill)}"


def _codellama(fill: Fill) -> str:
    return f"<PRE> {fill.prefix} <SUF>{fill.suffix} <MID>"


def _deepseek(fill: Fill) -> str:
    files = "".join(f"#{extra.path}\n{extra.text}\n" for extra in fill.extras)
    own = f"#{fill.path}\n" if files else ""
    return f"<｜fim▁begin｜>{files}{own}{fill.prefix}<｜fim▁hole｜>{fill.suffix}<｜fim▁end｜>"


def _codestral(fill: Fill) -> str:
    """The suffix comes first, and other files stand in front of the prefix."""
    files = "".join(f"+++++ {extra.path}\n{extra.text}\n\n" for extra in fill.extras)
    own = f"+++++ {fill.path}\n" if files else ""
    return f"[SUFFIX]{fill.suffix}[PREFIX]{files}{own}{fill.prefix}"


def _seed(fill: Fill) -> str:
    return f"<[fim-prefix]>{fill.prefix}<[fim-suffix]>{fill.suffix}<[fim-middle]>"


def _codegeex(fill: Fill) -> str:
    files = "".join(f"###REFERENCE:\n###PATH:{extra.path}\n{extra.text}\n" for extra in fill.extras)
    head = f"###PATH:{fill.path}\n###MODE:BLOCK\n"
    body = f"<|code_suffix|>{fill.suffix}<|code_prefix|>{fill.prefix}<|code_middle|>"
    return f"<|user|>\n{files}{head}{body}<|assistant|>\n"


def _glm(fill: Fill) -> str:
    return f"<|code_prefix|>{fill.prefix}<|code_suffix|>{fill.suffix}<|code_middle|>"


_STAR_MARKS = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>", "<|endoftext|>")
_FIM_MARKS = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
_QWEN_MARKS = (*_FIM_MARKS, "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<|im_start|>", "<|im_end|>")
_DEEP_MARKS = ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", "<｜end▁of▁sentence｜>")
_CODE_MARKS = ("<|user|>", "<|assistant|>", "<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>")

TEMPLATES = {
    template.name: template
    for template in (
        Template("starcoder", _starcoder, _STAR_MARKS),
        Template("starcoder2", _starcoder2, _STAR_MARKS),
        Template("qwen", _qwen, _QWEN_MARKS, ("<|endoftext|>",)),
        Template("granite", _middle, _FIM_MARKS, ("<|end_of_text|>",)),
        Template("codegemma", _middle, (*_FIM_MARKS, "<|file_separator|>"), ("<end_of_turn>", "<eos>")),
        Template("codellama", _codellama, ("<PRE>", "<SUF>", "<MID>", "<EOT>")),
        Template("deepseek", _deepseek, _DEEP_MARKS),
        Template("codestral", _codestral, ("[SUFFIX]", "[PREFIX]"), ("\n+++++ ",)),
        Template(
            "seed", _seed, ("<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"), ("<[end▁of▁sentence]>",)
        ),
        Template("mercury", _mercury, (*_FIM_MARKS, "<|file_sep|>")),
        Template("codegeex", _codegeex, _CODE_MARKS, ("<|endoftext|>",)),
        Template("glm", _glm, _CODE_MARKS, ("<|endoftext|>",)),
    )
}
# The first pattern found in a model's bare name decides.
_FAMILIES = (
    (r"qwen[\d.]*[-_]?coder", "qwen"),
    (r"granite-?4", "granite"),
    (r"codegemma", "codegemma"),
    (r"code-?llama", "codellama"),
    (r"deepseek-coder", "deepseek"),
    (r"codestral", "codestral"),
    (r"seed-?coder", "seed"),
    (r"mercury", "mercury"),
    (r"codegeex", "codegeex"),
    (r"starcoder-?2", "starcoder2"),
    (r"starcoder|santacoder|stable-?code|codeqwen", "starcoder"),
    (r"glm-?4.*code", "glm"),
)


def template_of(bare_name: str) -> str:
    """The name of the template that a model understands; "" for one that is not known to fill in the middle."""
    return next((name for pattern, name in _FAMILIES if re.search(pattern, bare_name)), "")
