"""Loads models of sentence-transformers from this machine, without a word and without a download.

Knows how that library is kept from the network, where a model may stand, and which numbers a processor computes in.
Knows nothing of what a model is for.
"""

import logging
import os
from pathlib import Path

from bot.core.errors import SettingsError

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads and a fork do not go together

NOISY_LOGGERS = ("sentence_transformers", "transformers", "huggingface_hub")


def keep_quiet() -> None:
    """Let the libraries speak only when they fail, and show no progress bars."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def keep_offline() -> None:
    """Keep the libraries from the network, also where ``local_files_only`` does not reach."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import huggingface_hub.constants

    huggingface_hub.constants.HF_HUB_OFFLINE = True  # it reads the environment once, and may have been imported before


def checked_model(model: str | None, variable: str) -> str:
    """Give the folder or name of a model.

    Raises:
        SettingsError: none is set, or what is a path is no folder of a model.
    """
    if not model:
        raise SettingsError(f"{variable} is not set: give the folder or the name of a model")
    is_path = model.startswith((".", "~", os.sep)) or Path(model).is_absolute() or Path(model).exists()
    if not is_path:
        return model
    folder = Path(model).expanduser()
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise SettingsError(f"{variable}={model!r} is no folder with a model: it holds no config.json or modules.json")
    return str(folder)


def short_name(model: str) -> str:
    """Give the name of a model without the place where it stands on this machine."""
    return Path(model).name if Path(model).is_dir() else model


def computes_in_bfloat16(device: str) -> bool:
    """Say whether a device multiplies 16-bit numbers itself; others only simulate it, and are slower then."""
    import torch

    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        return bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    return False
