"""Whether the extra sentence-transformers is there, for the tests that need it, and an untrained model for it."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

WHY = "the extra sentence-transformers is not installed: run 'make engines'"

is_installed = all(find_spec(name) for name in ("torch", "sentence_transformers"))

needs_engines = [pytest.mark.engines, pytest.mark.skipif(not is_installed, reason=WHY)]


def write_cross_encoder(folder: Path, tokenizer: Path, labels: int) -> Path:
    """Write the folder of an untrained cross-encoder."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=250_037,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=labels,
        pad_token_id=1,
        initializer_range=0.5,
    )
    model = BertForSequenceClassification(config)
    model.classifier.bias.data.fill_(-3.0)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(tokenizer / name, folder / name)
    return folder
