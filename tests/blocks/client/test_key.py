"""The key goes into one header and is seen nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from blocks.catalog import Request
from blocks.client import AuthenticationError, Client


async def test_the_key_is_in_no_error_and_no_repr(wire: Any, words: Any, film: Request) -> None:
    """Even a provider that quotes the key does not bring it into our texts."""
    key = "plain-secret-of-another-form"
    wire.answers(words.Says({"code": "InvalidApiKey", "message": f"Incorrect API key provided: {key}."}, 401))
    async with Client(f"{wire.url}/api/v1", SecretStr(key)) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.submit(film)
        shown = f"{caught.value} {caught.value!r} {caught.value.args} {client!r} {client} {client.account}"

    assert key not in shown
    assert "***" in shown


async def test_the_key_is_in_no_answer_of_a_task(wire: Any, words: Any) -> None:
    """A failed task, or a failed part of one, that quotes the key does not bring it into our records."""
    key = "plain-secret-of-another-form"
    part = {"code": "InternalError", "message": f"part of {key}"}
    output = {"task_id": "t", "task_status": "FAILED", "code": "InternalError", "message": f"of {key}."}
    wire.answers(words.Says({"request_id": "r", "output": {**output, "results": [part]}}))
    async with Client(f"{wire.url}/api/v1", SecretStr(key)) as client:
        answer = await client.query("t", "wan2.2-t2i-flash")
    assert answer.message == "of ***." and [one.message for one in answer.failed_parts] == ["part of ***"]


@pytest.mark.parametrize("key", ["sk-abc def", "sk-密钥", "sk-abc\x00def"])
def test_a_key_that_no_header_takes_is_refused_without_being_shown(key: str) -> None:
    """httpx would quote such a key in its error; ours says what to do instead."""
    with pytest.raises(ValueError, match="copy it again") as caught:
        Client("http://127.0.0.1/api/v1", SecretStr(key))
    assert key not in str(caught.value)


def test_an_account_is_its_key_and_its_host_without_the_key() -> None:
    """Two keys are two accounts, two hosts are two, and the name does not give the key away."""
    ours = Client("https://dashscope.aliyuncs.com/api/v1", SecretStr("sk-111111"))
    other_key = Client("https://dashscope.aliyuncs.com/api/v1", SecretStr("sk-222222"))
    other_host = Client("https://dashscope-intl.aliyuncs.com/api/v1", SecretStr(" sk-111111\n"))

    assert len({ours.account, other_key.account, other_host.account}) == 3
    assert ours.account.partition("@")[0] == other_host.account.partition("@")[0]
    assert ours.account.endswith("@dashscope.aliyuncs.com")
    assert "111111" not in ours.account
