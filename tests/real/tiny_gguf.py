"""Writes a model of half a megabyte with random weights: nonsense, but real to a model server.

It is of the Llama architecture, knows every byte, and has a chat template and the tokens for filling in the middle.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEADS, HIDDEN, LAYERS, CONTEXT = 64, 4, 128, 2, 8192
SPECIAL = {
    "eos": "<|endoftext|>",
    "start": "<|im_start|>",
    "end": "<|im_end|>",
    "fim_pre": "<|fim_prefix|>",
    "fim_suf": "<|fim_suffix|>",
    "fim_mid": "<|fim_middle|>",
    "fim_pad": "<|fim_pad|>",
    "fim_rep": "<|repo_name|>",
    "fim_sep": "<|file_sep|>",
}
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_tokens() -> list[str]:
    """The 256 bytes as byte-level tokenizers write them: printable ones as themselves, others from U+0100 on."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def write(path: Path) -> None:
    """Write the model. Raises `ImportError` where the package gguf is not installed."""
    import gguf

    tokens = [*byte_tokens(), "de", "def", *SPECIAL.values()]
    kinds = [gguf.TokenType.NORMAL] * (len(tokens) - len(SPECIAL)) + [gguf.TokenType.CONTROL] * len(SPECIAL)
    places = {name: tokens.index(token) for name, token in SPECIAL.items()}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny-random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["d e", "de f"])
    writer.add_bos_token_id(places["eos"])
    writer.add_eos_token_id(places["end"])
    writer.add_add_bos_token(False)
    for name in ("fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"):
        writer.add_uint32(f"tokenizer.ggml.{name}_token_id", places[name])
    writer.add_chat_template(TEMPLATE)
    for name, weights in _weights(len(tokens)).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _weights(vocabulary: int) -> dict[str, Any]:
    chance = np.random.default_rng(0)

    def some(*shape: int, scale: float = 0.08) -> Any:
        return (chance.standard_normal(shape) * scale).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    weights = {
        "token_embd.weight": some(vocabulary, WIDTH),
        "output_norm.weight": ones,
        "output.weight": some(vocabulary, WIDTH, scale=0.5),
    }
    for layer in range(LAYERS):
        weights[f"blk.{layer}.attn_norm.weight"] = weights[f"blk.{layer}.ffn_norm.weight"] = ones
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weights[f"blk.{layer}.{part}.weight"] = some(WIDTH, WIDTH)
        weights[f"blk.{layer}.ffn_gate.weight"] = some(HIDDEN, WIDTH)
        weights[f"blk.{layer}.ffn_up.weight"] = some(HIDDEN, WIDTH)
        weights[f"blk.{layer}.ffn_down.weight"] = some(WIDTH, HIDDEN)
    return weights
