"""A task that succeeded without a result that its answer names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import Answer
from blocks.client import Client
from tasks.in_flight import in_flight
from tasks.missing import ResultMissing, check_named
from tasks.records import Outcome
from tasks.resuming import resume
from tasks.session import now
from tests.tasks.conftest import Open

URL = "https://results.example.com/1.mp4"


def _outcome(model: str, **said: Any) -> Outcome:
    return Outcome(
        fingerprint="f", model=model, status="SUCCEEDED", task_id="t-1", account="a", finished_at=now(), **said
    )


@pytest.mark.parametrize(
    ("model", "said", "named"),
    [
        ("wan2.6-t2v", {"urls": (URL,)}, True),
        ("wan2.6-t2v", {"values": {"orig_prompt": "a boat", "video_url": "file:///etc/passwd"}}, False),
        ("wan2.2-t2i-flash", {"values": {"failed_parts": [{"code": "DataInspectionFailed", "message": "no"}]}}, True),
        ("animate-anyone-template-gen2", {"values": {"template_id": "AACT.1"}}, True),
        ("animate-anyone-template-gen2", {"values": {"other": "AACT.1"}}, False),
        ("another-program", {"values": {"text": "anything"}}, True),
        ("another-program", {}, False),
    ],
)
def test_what_counts_as_a_result(model: str, said: dict[str, Any], named: bool) -> None:
    """A file, a value that the model's row promises, or why the parts failed; an echo of the request is none."""
    if named:
        check_named(_outcome(model, **said))
    else:
        with pytest.raises(ResultMissing, match="t-1 succeeded, but .* names no result"):
            check_named(_outcome(model, **said))


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many more answers about tasks that succeeded name no result."""
    left, query = [0], Client.query

    async def answered(client: Client, task_id: str, model: str | None = None) -> Answer:
        answer = await query(client, task_id, model)
        if answer.urls and left[0]:
            left[0] -= 1
            return replace(answer, urls=())
        return answer

    monkeypatch.setattr(Client, "query", answered)
    return left


@pytest.mark.slow
async def test_an_answer_without_its_result_is_asked_for_again(studio: Open, forgetful: list[int]) -> None:
    """The next answer names it: the generation is whole, and its record holds the address."""
    here, forgetful[0] = studio(), 2
    made = await here.run()
    assert made.succeeded and len(made.assets) == 1 and (forgetful[0], here.submits) == (0, 1)
    assert made.assets[0].source_url


@pytest.mark.slow
async def test_a_result_that_no_answer_names_is_not_lost(studio: Open, forgetful: list[int]) -> None:
    """It is a failure that names the task and not success without a file; the next run fetches it, sending nothing."""
    here, forgetful[0] = studio(), 1000
    made = await here.run()
    assert made.failure and made.failure.kind == "ResultMissing" and not made.succeeded
    assert made.task_id and made.task_id in made.failure.message and made.cost_cny is None
    assert made.failure.advice and "`wanflow generations resume --all`" in made.failure.advice
    assert await here.journalled() == [made.fingerprint]
    forgetful[0] = 0
    again = await here.run()
    assert again.succeeded and len(again.assets) == 1 and (again.task_id, here.submits) == (made.task_id, 1)
    assert await here.journalled() == []


@pytest.mark.slow
async def test_a_damaged_file_is_not_replaced_by_none(studio: Open, forgetful: list[int]) -> None:
    """The provider's answer about it is asked for again, too, until it names the result."""
    here = studio()
    made = await here.run()
    await here.storage.delete(made.assets[0].path)
    forgetful[0] = 1
    again = await here.run()
    assert again.succeeded and len(again.assets) == 1 and (forgetful[0], here.submits) == (0, 1)


@pytest.mark.slow
async def test_a_fresh_address_that_is_not_named_is_asked_for_again(
    studio: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does an answer without a result count as done where the address of the first one was dead."""
    dead = {"kind": "refuse", "http_status": 403, "code": "AccessDenied"}
    here = studio(rules=[{"at": "download", "nth": [1], "do": dead}])
    query, told = Client.query, list[Answer]()

    async def answered(client: Client, task_id: str, model: str | None = None) -> Answer:
        answer = await query(client, task_id, model)
        told.extend([answer] if answer.urls else [])
        return replace(answer, urls=()) if len(told) == 2 else answer

    monkeypatch.setattr(Client, "query", answered)
    made = await here.run()
    assert made.succeeded and len(made.assets) == 1 and (len(told), here.submits) == (3, 1)


def test_every_model_names_what_its_task_gives() -> None:
    """No row of a model with tasks is without an output that its answer could name."""
    assert [row.id for row in catalog.MODELS.values() if not row.at_once and not row.outputs] == []


@pytest.mark.slow
async def test_resuming_does_not_settle_what_names_no_result(studio: Open, forgetful: list[int]) -> None:
    """`generations resume` ends with the failure, and the task stays in the journal for another time."""
    here, forgetful[0] = studio(), 1000
    await here.run()
    async with here.session(results=False) as session:
        [one] = await in_flight(session)
        with pytest.raises(ResultMissing):
            await resume(session, one)
        assert len(await here.journalled()) == 1
        forgetful[0] = 0
        assert (await resume(session, one)).assets and await here.journalled() == []
