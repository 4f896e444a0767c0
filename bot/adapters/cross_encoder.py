"""Reads question and text together with a cross-encoder of sentence-transformers, and says how well they fit.

Knows how the library is called and how it fails.
Knows nothing of which texts it gets, or of what becomes of its judgement.
"""

import threading
from collections.abc import Sequence

import numpy as np
import torch
from sentence_transformers import CrossEncoder

from bot.adapters.model_hub import computes_in_bfloat16, keep_offline, keep_quiet, short_name
from bot.core.errors import RerankerUnavailable

BATCH = 16
"""Pairs read together."""


class CrossEncoderReranker:
    """A cross-encoder that gives one number a pair; one instance serves many threads, one after another."""

    def __init__(
        self, model: str, *, device: str | None = None, precision: str = "auto", may_download: bool = False
    ) -> None:
        """Load the model.

        Raises:
            RerankerUnavailable: it is not on this machine, damaged, or gives more than one number a pair.
        """
        if not may_download:
            keep_offline()
        keep_quiet()
        self.name = f"cross-encoder:{short_name(model)}"
        self._lock = threading.Lock()  # fast tokenizers may not be used by two threads at once
        try:
            self._model = CrossEncoder(
                model, device=device, local_files_only=not may_download, trust_remote_code=False, num_labels=None
            )
            if precision == "bfloat16" or (precision == "auto" and computes_in_bfloat16(str(self._model.device))):
                self._model.bfloat16()
        except Exception as error:  # a foreign file: the parsers of five libraries raise what they like
            raise RerankerUnavailable(
                f"ISVBOT_RERANKER={model!r} does not load ({type(error).__name__}): give a folder with a cross-encoder,"
                " or let it be fetched once with ISVBOT_EMBEDDER_DOWNLOAD=true"
            ) from error
        if self._model.num_labels != 1:
            raise RerankerUnavailable(
                f"ISVBOT_RERANKER={model!r} gives {self._model.num_labels} numbers a pair, not one: it sorts pairs into"
                " kinds and does not rank them; take a cross-encoder that was trained to rank"
            )

    def log_odds(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Give the log-odds that each text answers the question.

        Raises:
            RerankerUnavailable: the model failed, or gave something that is no number.
        """
        if not texts:
            return ()
        try:
            with self._lock:
                found = self._model.predict(
                    [(question, text) for text in texts],
                    batch_size=BATCH,
                    show_progress_bar=False,
                    activation_fn=torch.nn.Identity(),  # models differ in whether they squash by themselves
                    convert_to_numpy=True,
                )
        except (RuntimeError, MemoryError) as error:
            raise RerankerUnavailable(
                f"{self.name} failed ({type(error).__name__}): leave ISVBOT_RERANKER out"
            ) from error
        numbers = np.asarray(found, dtype=np.float64).reshape(-1)
        if len(numbers) != len(texts) or not np.isfinite(numbers).all():
            raise RerankerUnavailable(f"{self.name} gave something else than a number for each text")
        return [float(number) for number in numbers]
