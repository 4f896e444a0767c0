"""Finds targets by the words they share with a question, with bm25s.

Knows Dutch and English words: stop words, stems, parts of compounds.
Knows nothing of meaning, roles or dates.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_DUTCH, STOPWORDS_EN

from bot.core.errors import IndexUnavailable
from bot.core.ports import Hit

K1 = 1.2
B = 0.5
"""BM25's saturation and length weight. Short passages like both low: on Dutch law texts nDCG@10 was
0.736 at 0.9/0.4, 0.723 at 1.2/0.5 and 0.697 at the usual 1.5/0.75 (docs/adr/0003-ranking.md)."""

MIN_COMPOUND = 8
MIN_PART = 4
"""Letters. A Dutch compound is split only where both halves are words of the corpus."""

_WORD = re.compile(r"[^\W_]+")
_STOP = frozenset(STOPWORDS_DUTCH) | frozenset(STOPWORDS_EN)
_NO_TERM = " "
"""Stands for a document without words, and for no documents, which bm25s does not take."""

_PLURAL = re.compile(r"ieen$")
"""The plural of a word in -ie, such as "categorieën", once accents are off; the stemmer does not know it."""

_stem = Stemmer.Stemmer("dutch").stemWords


def words_of(text: str) -> list[str]:
    """Give the lower-case words of a text, without accents and stop words."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [word for word in _WORD.findall(plain) if word not in _STOP]


class Bm25Index:
    """A BM25 index over targets: built once, then only read."""

    def __init__(self, keys: Sequence[str], vocabulary: Iterable[str], engine: bm25s.BM25) -> None:
        """Take the parts; use ``build`` or ``load``."""
        self._keys = tuple(keys)
        self._vocabulary = frozenset(vocabulary)
        self._engine = engine
        self._document_counts = np.diff(engine.scores["indptr"])

    @classmethod
    def build(cls, documents: Sequence[tuple[str, str]]) -> "Bm25Index":
        """Index documents, each a target's key and its text."""
        words = [words_of(text) for _, text in documents]
        vocabulary = frozenset(word for document in words for word in document)
        engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        terms = [_terms(document, vocabulary) or [_NO_TERM] for document in words] or [[_NO_TERM]]
        engine.index(terms, show_progress=False)
        return cls([key for key, _ in documents], vocabulary, engine)

    def save(self, folder: Path) -> None:
        """Write the index to a new folder."""
        self._engine.save(str(folder), show_progress=False)
        names = {"keys": list(self._keys), "vocabulary": sorted(self._vocabulary)}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Bm25Index":
        """Open a saved index; its arrays stay on disk until they are needed.

        Raises:
            IndexUnavailable: the folder is missing or damaged.
        """
        try:
            names = json.loads((folder / "names.json").read_text("utf-8"))
            engine = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
            return cls(names["keys"], names["vocabulary"], engine)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise IndexUnavailable(f"the word index in {folder} cannot be read: run 'isvbot-ingest sync'") from error

    def matching(self, text: str, limit: int) -> Sequence[Hit]:
        """Give the targets that share words with a text, best first.

        A score is BM25 over the sum of the idf of the text's distinct terms: 1 is the most that the text
        could reach, so a text whose words the corpus does not know gets hardly any vote.
        """
        terms = list(dict.fromkeys(_terms(words_of(text), self._vocabulary)))
        ceiling = sum(self._idf(term) for term in terms)
        known = [term for term in terms if term in self._engine.vocab_dict]
        if not known:
            return ()
        scores = self._engine.get_scores(known) / ceiling
        best = np.argsort(-scores, kind="stable")[:limit]
        return [Hit(self._keys[i], float(scores[i])) for i in best if scores[i] > 0]

    def _idf(self, term: str) -> float:
        number = self._engine.vocab_dict.get(term)
        count = 0 if number is None else int(self._document_counts[number])
        return math.log(1 + (len(self._keys) - count + 0.5) / (count + 0.5))


def _terms(words: Sequence[str], vocabulary: frozenset[str]) -> list[str]:
    """Give the stems of words, and of the halves of compounds."""
    whole = [*words, *(half for word in words for half in _halves(word, vocabulary))]
    return list(_stem([_PLURAL.sub("ie", word) for word in whole]))


def _halves(word: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """Split a compound in two corpus words, the longest first half winning; ``s`` may link them."""
    if len(word) < MIN_COMPOUND:
        return ()
    for cut in range(len(word) - MIN_PART, MIN_PART - 1, -1):
        first, second = word[:cut], word[cut:]
        if second in vocabulary and (first in vocabulary or first.removesuffix("s") in vocabulary):
            return first, second
    return ()
