"""The calls, over real sockets: what is sent, what is read, and how each failure is named."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest

from blocks import catalog
from blocks.catalog import Request, Status
from blocks.client import (
    AnswerLost,
    AuthenticationError,
    BadAnswer,
    Client,
    DashScopeError,
    ModelNotFound,
    NotCancellable,
    NotSent,
    RefusedRequest,
    ServiceFailed,
    Throttled,
)

ACCEPTED = {"request_id": "r-1", "output": {"task_id": "t-1", "task_status": "PENDING"}}


async def test_a_submit_sends_the_body_the_key_and_the_async_header(
    client: Client, wire: Any, words: Any, film: Request
) -> None:
    """One POST to the row's endpoint with the request's own body gives the task id back."""
    wire.answers(words.Says(ACCEPTED))

    answer = await client.submit(film)

    assert (answer.task_id, answer.request_id, answer.status) == ("t-1", "r-1", Status.PENDING)
    (asked,) = wire.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/services/aigc/video-generation/video-synthesis")
    assert asked.json == film.body()
    assert asked.headers["authorization"] == f"Bearer {words.key}"
    assert asked.headers["x-dashscope-async"] == "enable"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"].startswith("wanflow")
    assert "x-dashscope-ossresourceresolve" not in asked.headers


@pytest.mark.parametrize("calls", [1, 2])
async def test_a_submit_is_held_back_in_the_last_moment(client: Client, wire: Any, film: Request, calls: int) -> None:
    """What is raised right before the head or the body leaves comes out as it is, and nothing whole arrives."""
    wire.answers()
    said = 0

    def too_late() -> None:
        nonlocal said
        said += 1
        if said == calls:
            raise NotSent("the process stood still")

    with pytest.raises(NotSent, match="stood still"):
        await client.submit(film, before=too_late)

    assert wire.asked == [] and said == calls


async def test_an_uploaded_input_asks_for_its_resolution(client: Client, wire: Any, words: Any) -> None:
    """A request that names an oss:// file carries the header without which the service cannot find it."""
    wire.answers(words.Says(ACCEPTED))
    request = catalog.request(
        {"model": "wan2.6-i2v", "input": {"prompt": "p", "img_url": "oss://dashscope-instant/a.png"}, "parameters": {}}
    )

    await client.submit(request)

    assert wire.asked[0].headers["x-dashscope-ossresourceresolve"] == "enable"


async def test_a_gateway_prefix_stays_in_every_path(wire: Any, words: Any, film: Request) -> None:
    """Behind a gateway everything, chat included, keeps the gateway's prefix; without a key no header is sent."""
    wire.answers(
        words.Says(ACCEPTED),
        words.Says({"output": {"task_id": "t-1", "task_status": "RUNNING"}}),
        words.Says({"id": "c", "choices": [{"message": {"content": "ja"}}]}),
    )
    async with Client(f"{wire.url}/qwen/api/v1/") as client:
        await client.submit(film)
        await client.query("t-1")
        answer = await client.call(
            catalog.request({"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "?"}]}})
        )

    assert answer.values["text"] == "ja"
    assert [asked.path for asked in wire.asked] == [
        "/qwen/api/v1/services/aigc/video-generation/video-synthesis",
        "/qwen/api/v1/tasks/t-1",
        "/qwen/compatible-mode/v1/chat/completions",
    ]
    assert not any("authorization" in asked.headers or "x-dashscope-async" in asked.headers for asked in wire.asked[1:])


async def test_a_connection_that_is_never_made_accepted_nothing(film: Request) -> None:
    """A port where nobody listens: nothing was sent, and it may be sent again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with Client(f"http://127.0.0.1:{port}/api/v1", timeout=2) as client:
        with pytest.raises(NotSent) as caught:
            await client.submit(film)
    assert caught.value.may_resend


async def test_a_name_nobody_knows_accepted_nothing(film: Request) -> None:
    """A host that DNS does not know: nothing was sent."""
    async with Client("http://nobody.invalid/api/v1", timeout=5) as client:
        with pytest.raises(NotSent) as caught:
            await client.submit(film)
    assert caught.value.accepted == "no"


async def test_a_full_pool_accepted_nothing(film: Request) -> None:
    """A call that never got a connection of the pool was not sent."""

    def full(request: httpx.Request) -> httpx.Response:
        raise httpx.PoolTimeout("pool", request=request)

    async with Client("http://127.0.0.1/api/v1", transport=httpx.MockTransport(full)) as client:
        with pytest.raises(NotSent):
            await client.submit(film)


async def test_a_reset_after_sending_may_have_been_accepted(
    client: Client, wire: Any, words: Any, film: Request
) -> None:
    """The call was read and the connection cut: nobody knows, so it is not sent again as it is."""
    wire.answers(words.Resets())

    with pytest.raises(AnswerLost) as caught:
        await client.submit(film)

    assert len(wire.asked) == 1
    assert caught.value.accepted == "unknown"
    assert not caught.value.may_resend


async def test_a_slow_answer_may_have_been_accepted(wire: Any, words: Any, film: Request) -> None:
    """A read timeout says nothing about what the service did."""
    wire.answers(words.Stalls())
    async with Client(f"{wire.url}/api/v1", timeout=0.1) as client:
        with pytest.raises(AnswerLost) as caught:
            await client.submit(film)
    assert caught.value.accepted == "unknown"


@pytest.mark.parametrize(
    "body",
    [b"<html>welcome</html>", b"", b"[]", b"\xff\xfe", b'{"output": {}}', b'{"output": null}'],
    ids=["page", "empty", "list", "bytes", "no task", "null"],
)
async def test_an_unreadable_success_may_have_been_accepted(
    client: Client, wire: Any, words: Any, film: Request, body: bytes
) -> None:
    """HTTP 200 without a task id: the task may exist, only its id is lost."""
    wire.answers(words.Says(body))

    with pytest.raises(AnswerLost) as caught:
        await client.submit(film)

    assert caught.value.accepted == "unknown"


async def test_an_answer_cut_in_the_middle_may_have_been_accepted(
    client: Client, wire: Any, words: Any, film: Request
) -> None:
    """A connection that breaks within the answer is an answer lost."""
    wire.answers(words.Says(ACCEPTED, breaks_after=20))

    with pytest.raises(AnswerLost) as caught:
        await client.submit(film)

    assert caught.value.accepted == "unknown"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_5xx_may_have_been_accepted(client: Client, wire: Any, words: Any, film: Request, status: int) -> None:
    """The service failed, and nobody knows how far it had come."""
    wire.answers(words.Says(b"bad gateway", status))

    with pytest.raises(ServiceFailed) as caught:
        await client.submit(film)

    assert (caught.value.accepted, caught.value.http_status) == ("unknown", status)


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("0.5", 0.5), ("soon", None), ("", None)])
async def test_throttling_accepted_nothing_and_says_how_long_to_wait(
    client: Client, wire: Any, words: Any, film: Request, said: str, seconds: float | None
) -> None:
    """A 429 may be sent again, after the time its Retry-After asks for."""
    body = {"code": "Throttling.RateQuota", "message": "Requests rate limit exceeded.", "request_id": "r"}
    wire.answers(words.Says(body, 429, {"Retry-After": said}))

    with pytest.raises(Throttled) as caught:
        await client.submit(film)

    assert caught.value.may_resend
    assert caught.value.retry_after == seconds


async def test_a_refusal_is_named_and_accepted_nothing(client: Client, wire: Any, words: Any, film: Request) -> None:
    """A refused submit carries the provider's code, and a wrong model the regions that have it."""
    wire.answers(words.Says({"code": "InvalidParameter", "message": "Model not exist.", "request_id": "r"}, 400))

    with pytest.raises(ModelNotFound) as caught:
        await client.submit(film)

    assert (caught.value.accepted, caught.value.request_id) == ("no", "r")
    assert "served in" in caught.value.advice


@pytest.mark.parametrize("beside", [{}, {"output": None, "usage": None}, {"output": {}}])
async def test_a_refusal_in_a_success_is_a_refusal(
    client: Client, wire: Any, words: Any, film: Request, beside: dict[str, Any]
) -> None:
    """Some gateways answer 200 with the error inside, also beside an output that holds nothing."""
    said = {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "r", **beside}
    wire.answers(words.Says(said))

    with pytest.raises(AuthenticationError):
        await client.submit(film)


async def test_redirects_are_not_followed_with_the_key(client: Client, wire: Any, words: Any, film: Request) -> None:
    """A redirect could lead the key elsewhere: it is an error that says what to set."""
    wire.answers(words.Says({}, 302, {"Location": "http://elsewhere.invalid/"}))

    with pytest.raises(RefusedRequest, match="set the base URL"):
        await client.submit(film)

    assert len(wire.asked) == 1


async def test_submit_and_call_each_take_their_own_models(client: Client, film: Request) -> None:
    """Sending a request the wrong way round would be refused by the service: it is not sent."""
    chat = catalog.request({"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "?"}]}})

    with pytest.raises(ValueError, match="use call"):
        await client.submit(chat)
    with pytest.raises(ValueError, match="use submit"):
        await client.call(film)


async def test_a_query_reads_the_finished_task(client: Client, wire: Any, words: Any) -> None:
    """A finished task gives its URL and its usage; its id is a single path segment whatever it holds."""
    output = {"task_id": "t/1 ?", "task_status": "SUCCEEDED", "video_url": "https://b.example/a.mp4?Signature=s"}
    wire.answers(words.Says({"request_id": "r", "output": output, "usage": {"duration": 5}}))

    answer = await client.query("t/1 ?", "wan2.6-t2v")

    assert wire.asked[0].path == "/api/v1/tasks/t%2F1%20%3F"
    assert (answer.status, answer.urls) == (Status.SUCCEEDED, ("https://b.example/a.mp4?Signature=s",))
    assert answer.usage == {"duration": 5}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"{}",
        b'{"output": {}}',
        b'{"output": {"task_id": "t-1", "task_status": "DREAMING"}}',
        b'{"output": {"task_id": "t-2", "task_status": "SUCCEEDED"}}',
    ],
    ids=["page", "empty", "nothing", "no status", "unheard-of status", "another task"],
)
async def test_a_senseless_answer_about_a_task_is_no_end_of_it(
    client: Client, wire: Any, words: Any, body: bytes
) -> None:
    """Garbage, a status nobody documented and another task's answer are asked again, never taken for an outcome."""
    wire.answers(words.Says(body))

    with pytest.raises(BadAnswer) as caught:
        await client.query("t-1")

    assert caught.value.transient


async def test_unknown_is_believed_when_the_provider_says_it(client: Client, wire: Any, words: Any) -> None:
    """A task the provider no longer knows reads as UNKNOWN."""
    wire.answers(words.Says({"request_id": "r", "output": {"task_id": "t-1", "task_status": "UNKNOWN"}}))

    assert (await client.query("t-1")).status is Status.UNKNOWN


async def test_only_a_pending_task_can_be_cancelled(client: Client, wire: Any, words: Any) -> None:
    """Cancelling posts to the task; a task that runs says so in an error of its own."""
    refusal = {
        "code": "UnsupportedOperation",
        "message": "Failed to cancel the task, please confirm if the task is in PENDING status.",
        "request_id": "r",
    }
    wire.answers(words.Says({"request_id": "r"}), words.Says(refusal, 400))

    await client.cancel("t-1")
    with pytest.raises(NotCancellable):
        await client.cancel("t-1")

    assert [(asked.method, asked.path) for asked in wire.asked] == [("POST", "/api/v1/tasks/t-1/cancel")] * 2


@pytest.mark.slow
async def test_many_calls_share_the_connections(client: Client, wire: Any, words: Any) -> None:
    """Two hundred queries at once wait for a connection instead of failing."""
    wire.handler = lambda asked: words.Says(
        {"output": {"task_id": asked.path.rpartition("/")[2], "task_status": "RUNNING"}}
    )

    answers = await asyncio.gather(*(client.query(f"t-{number}") for number in range(200)))

    assert [answer.task_id for answer in answers] == [f"t-{number}" for number in range(200)]


def test_one_client_serves_one_event_loop_after_another(film: Request) -> None:
    """A client made once works in every loop: nothing of a loop that ended is used in the next."""
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return httpx.Response(200, json=ACCEPTED)

    client = Client("http://127.0.0.1/api/v1", transport=httpx.MockTransport(answer))

    for _ in range(2):
        assert asyncio.run(client.submit(film)).task_id == "t-1"
    assert len(calls) == 2


async def test_closing_twice_and_using_again_is_allowed(client: Client, wire: Any, words: Any, film: Request) -> None:
    """Closing gives the connections back; the next call makes new ones."""
    wire.answers(words.Says(ACCEPTED))

    await client.submit(film)
    await client.aclose()
    await client.aclose()

    assert (await client.submit(film)).task_id == "t-1"


async def test_a_call_that_fails_says_so_as_a_submit_does(client: Client, wire: Any, words: Any) -> None:
    """Synchronous calls may be billed too: a lost answer leaves it open whether they were carried out."""
    chat = catalog.request({"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "?"}]}})
    wire.answers(
        words.Resets(),
        words.Says({"error": {"code": "data_inspection_failed", "message": "no"}}, 400),
    )

    with pytest.raises(AnswerLost):
        await client.call(chat)
    with pytest.raises(DashScopeError, match="data_inspection_failed") as caught:
        await client.call(chat)
    assert caught.value.accepted == "no"
