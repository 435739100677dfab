"""Calls that cost nothing: whatever comes back is an answer or a named error, and never takes anything for granted."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.client import AnswerLost, AuthenticationError, BadAnswer, Client, NotSent, ServiceFailed
from blocks.client import client as calls

REFUSED = {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "r"}


async def test_a_refusal_in_a_success_is_a_refusal(client: Client, wire: Any, words: Any) -> None:
    """Some gateways answer 200 with the error inside: it is told as such, not as an answer that makes no sense."""
    wire.answers(words.Says(REFUSED))
    with pytest.raises(AuthenticationError):
        await client.query("t-1")
    with pytest.raises(AuthenticationError):
        await client.list_tasks()


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b"[]", b""])
async def test_a_page_is_no_answer(client: Client, wire: Any, words: Any, body: bytes) -> None:
    """A task is not taken for cancelled, nor an account for empty, because a proxy said 200."""
    wire.answers(words.Says(body))
    with pytest.raises(BadAnswer, match="no JSON object"):
        await client.cancel("t-1")
    with pytest.raises(BadAnswer, match="no JSON object"):
        await client.list_tasks()


@pytest.mark.parametrize(
    "output",
    [{"results": [7]}, {"results": {"video_url": 7}}, {"results": "x"}, {"video_url": {"a": 1}}, ["t-1"], 7],
)
async def test_a_result_of_another_shape_is_asked_for_again(client: Client, wire: Any, words: Any, output: Any) -> None:
    """An answer that cannot be read is never an exception of Python's."""
    known = {"task_id": "t-1", "task_status": "SUCCEEDED"}
    wire.answers(words.Says({"output": known | output if isinstance(output, dict) else output, "usage": [1]}))
    for model in ("wan2.6-t2v", "wan2.2-t2i-flash", None):
        try:
            answer = await client.query("t-1", model)
        except BadAnswer as error:
            assert error.transient
        else:
            assert all(isinstance(url, str) for url in answer.urls)


async def test_an_id_is_one_part_of_the_path(client: Client, wire: Any, words: Any) -> None:
    """Whatever a user types as an id, nothing but that task is cancelled."""
    wire.answers(words.Says({"request_id": "r"}))
    await client.cancel("../uploads?x=/1")
    assert wire.asked[0].path == "/api/v1/tasks/..%2Fuploads%3Fx%3D%2F1/cancel"


async def test_a_query_is_not_waited_for_for_long(wire: Any, words: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that costs nothing is given up within half a minute: it is asked again."""
    assert calls._QUERY_SECONDS <= 30
    monkeypatch.setattr(calls, "_QUERY_SECONDS", 0.1)
    wire.answers(words.Stalls())
    async with Client(f"{wire.url}/api/v1") as client:
        with pytest.raises(AnswerLost, match="did not answer in time") as caught:
            await client.query("t-1")
    assert caught.value.transient


async def test_this_machine_is_reached_without_the_proxy(
    wire: Any, words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of the environment cannot reach the emulator here, and need not see it."""
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    wire.answers(words.Says({"output": {"task_id": "t-1", "task_status": "RUNNING"}}))
    async with Client(f"{wire.url}/api/v1") as client:
        assert (await client.query("t-1")).status


async def test_a_gateways_page_is_not_quoted(client: Client, wire: Any, words: Any) -> None:
    """An error page in HTML is named, not repeated."""
    wire.answers(words.Says(b"<html><h1>Bad gateway</h1></html>", 502, {"Content-Type": "text/html"}))
    with pytest.raises(ServiceFailed, match="without JSON") as caught:
        await client.query("t-1")
    assert "<h1>" not in str(caught.value)


async def test_a_failed_connection_shows_no_query(client: Client) -> None:
    """Wherever a call went, its error names the place without what was signed."""
    with pytest.raises(NotSent, match="127.0.0.1:9/upload") as caught:
        await client._http.send("GET", "http://127.0.0.1:9/upload?Signature=hush", timeout=client._patience(5))
    assert "hush" not in str(caught.value)
