"""Raw prompts for filling in the middle: each family's own tokens, to the letter."""

from __future__ import annotations

import pytest

from linnet_completions.models.protocol import Extra, Fill
from linnet_completions.models.templates import TEMPLATES, template_of

ALONE = Fill("m.py", "P", "S")
TOGETHER = Fill("m.py", "P", "S", (Extra("a.py", "A"), Extra("b.py", "B")))
PROMPTS = {
    "starcoder": ("<fim_prefix>P<fim_suffix>S<fim_middle>", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
    "starcoder2": (
        "<fim_prefix>P<fim_suffix>S<fim_middle>",
        "<file_sep>A<file_sep>B<file_sep><fim_prefix>P<fim_suffix>S<fim_middle>",
    ),
    "qwen": (
        "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
        (
            "<|repo_name|>project\n<|file_sep|>a.py\nA\n<|file_sep|>b.py\nB\n<|file_sep|>m.py\n"
            "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"
        ),
    ),
    "granite": ("<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",) * 2,
    "codegemma": ("<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",) * 2,
    "codellama": ("<PRE> P <SUF>S <MID>",) * 2,
    "deepseek": (
        "<｜fim▁begin｜>P<｜fim▁hole｜>S<｜fim▁end｜>",
        "<｜fim▁begin｜>#a.py\nA\n#b.py\nB\n#m.py\nP<｜fim▁hole｜>S<｜fim▁end｜>",
    ),
    "codestral": ("[SUFFIX]S[PREFIX]P", "[SUFFIX]S[PREFIX]+++++ a.py\nA\n\n+++++ b.py\nB\n\n+++++ m.py\nP"),
    "seed": ("<[fim-prefix]>P<[fim-suffix]>S<[fim-middle]>",) * 2,
    "mercury": (
        "<|file_sep|>m.py\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
        "<|file_sep|>a.py\nA\n<|file_sep|>b.py\nB\n<|file_sep|>m.py\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
    ),
    "codegeex": (
        (
            "<|user|>\n###PATH:m.py\n###MODE:BLOCK\n"
            "<|code_suffix|>S<|code_prefix|>P<|code_middle|><|assistant|>\n"
        ),
        (
            "<|user|>\n###REFERENCE:\n###PATH:a.py\nA\n###REFERENCE:\n###PATH:b.py\nB\n###PATH:m.py\n"
            "###MODE:BLOCK\n<|code_suffix|>S<|code_prefix|>P<|code_middle|><|assistant|>\n"
        ),
    ),
    "glm": ("<|code_prefix|>P<|code_suffix|>S<|code_middle|>",) * 2,
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_prompt_is_written_in_the_familys_tokens(name: str) -> None:
    """With other files where the family has a place for them, without where it has none."""
    template = TEMPLATES[name]
    assert (template.prompt(ALONE), template.prompt(TOGETHER)) == PROMPTS[name]
    assert template.stops


@pytest.mark.parametrize("name", TEMPLATES)
def test_code_cannot_speak_in_the_familys_tokens(name: str) -> None:
    """A file that holds the tokens as text does not end the prefix early."""
    template = TEMPLATES[name]
    marks = "".join(template.marks)
    plain = template.prompt(ALONE)
    spoken = template.prompt(Fill("m.py", marks, marks, (Extra(marks, marks),)))
    for mark in template.marks:
        assert spoken.count(mark) <= max(1, plain.count(mark), template.prompt(TOGETHER).count(mark))


@pytest.mark.parametrize(
    ("model", "template"),
    [
        ("qwen2.5-coder", "qwen"),
        ("qwen3-coder-30b-a3b-instruct", "qwen"),
        ("starcoder2", "starcoder2"),
        ("starcoderbase", "starcoder"),
        ("stable-code", "starcoder"),
        ("codeqwen", "starcoder"),
        ("granite-4.0-h-small", "granite"),
        ("granite4", "granite"),
        ("codegemma", "codegemma"),
        ("codellama", "codellama"),
        ("code-llama-7b", "codellama"),
        ("deepseek-coder-v2", "deepseek"),
        ("codestral", "codestral"),
        ("seed-coder-8b-base", "seed"),
        ("mercury-edit-2", "mercury"),
        ("codegeex4-all-9b", "codegeex"),
        ("llama3.1", ""),
        ("gpt-4.1-mini", ""),
        ("deepseek-flash", ""),
    ],
)
def test_a_model_is_known_by_its_name(model: str, template: str) -> None:
    """Models that were not made to fill in the middle have no template."""
    assert template_of(model) == template
