"""A task is adopted only if it cannot be anyone else's, and is looked for long enough."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from blocks.client import TaskRow
from tasks import journal, reconciling
from tasks.fingerprint import fingerprint
from tasks.generation import generate
from tasks.reconciling import reconcile
from tasks.records import TASK_LIFE
from tasks.session import Session, now
from tests.tasks.conftest import Open, asked, until

DUSK = "a lighthouse at dusk"


async def _intent(session: Session, *, name: str = "", age: timedelta = timedelta(0), **other: Any) -> journal.Entry:
    """What a run leaves that died after the intent; of another generation where a name is given."""
    key = name or await fingerprint(asked(), storage=session.storage, assets={})
    written = {"model": "wan2.6-t2v", "account": session.account, "prompt": DUSK} | other
    entry = await journal.write_intent(session.storage, fingerprint=key, now=now() - age, **written)
    assert entry is not None
    return entry


async def _foreign(session: Session, **parameters: Any) -> str:
    """A task of the account that no journal of this storage knows."""
    return (await session.client.submit(asked(**parameters))).task_id or ""


@pytest.mark.slow
async def test_bystanders(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intents of another model, of another time or with an answer are no rivals: what is found is adopted at once."""
    monkeypatch.setattr(reconciling, "_OTHERS_SECONDS_NEAR", 60.0)
    here = studio()
    async with here.session() as session, asyncio.timeout(30):
        await _intent(session)
        await _intent(session, name="of another model", model="wan2.5-t2v-preview")
        await _intent(session, name="of another account", account="another")
        await _intent(session, name="of another time", age=timedelta(hours=1))
        answered = await _intent(session, name="answered")
        await journal.complete(session.storage, answered, answered.accepted("elsewhere", None, now()))
        task_id = await _foreign(session)
        assert (await generate(asked())).task_id == task_id
    assert here.submits == 1


@pytest.mark.slow
async def test_claimed_by_another_in_the_last_moment(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that another intent claims between the look and the claim is that one's."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        other = await _intent(session, name="another", prompt="another")
        task_id = await _foreign(session)

        async def beside(*_: Any) -> list[journal.Entry]:
            await journal.claim(session.storage, other, task_id)
            return []

        monkeypatch.setattr(reconciling, "_open_beside", beside)
        made = await generate(asked())
    assert made.succeeded and made.task_id != task_id and here.submits == 2


async def test_the_id_of_an_answer_whose_task_is_claimed(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the request id takes a task from the intent that has claimed it."""
    here = studio()
    async with here.session() as session:
        entry, other = await _intent(session), await _intent(session, name="another")
        answer = await session.client.submit(asked())
        assert answer.task_id and await journal.claim(session.storage, other, answer.task_id)
        owner, looks = journal.owner, []

        async def late(storage: Any, task_id: str) -> Any:
            looks.append(task_id)
            return None if len(looks) == 1 else await owner(storage, task_id)

        monkeypatch.setattr(reconciling.journal, "owner", late)
        assert await reconcile(session, entry, request_id=answer.request_id) is None


@pytest.mark.slow
async def test_accepted_before_the_intent(studio: Open) -> None:
    """A task that was accepted long before the intent was written is not the one."""
    back = [3600.0]
    here = studio(clock=lambda: time.time() - back[0])
    async with here.session() as session:
        task_id = await _foreign(session)
        back[0] = 0.0
        await _intent(session)
        made = await generate(asked())
    assert made.succeeded and made.task_id != task_id and here.submits == 2


async def test_no_time_in_the_list(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the list does not say when tasks were accepted, a single one may still be the one."""
    monkeypatch.setattr("blocks.client.listing._moment", lambda value: None)
    here = studio()
    async with here.session() as session:
        await _intent(session)
        task_id = await _foreign(session)
        assert (await generate(asked())).task_id == task_id and here.submits == 1


async def test_no_list_and_no_need(studio: Open) -> None:
    """An intent older than a day is sent anew also where the address offers no list."""
    here = studio(rules=[{"at": "list", "do": {"kind": "refuse", "code": "NotFound", "http_status": 404}}])
    async with here.session() as session:
        await _intent(session, age=TASK_LIFE)
        assert (await generate(asked())).succeeded and here.submits == 1


async def test_a_list_that_fails_for_long(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after a while: nothing is sent, and the error says why."""
    monkeypatch.setattr(reconciling, "_LIST_PATIENCE_SECONDS", 0.2)
    here = studio(rules=[{"at": "list", "do": "fail"}])
    async with here.session() as session:
        await _intent(session)
        async with asyncio.timeout(30):
            made = await generate(asked())
    assert made.failure and "the task list cannot be read" in made.failure.message and here.submits == 0
    assert made.cost_cny is None, "what may have been accepted is not said to be free"


@pytest.mark.slow
async def test_listed_late(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task may be listed some moments after it was accepted: one look is not enough, however old the intent is."""
    monkeypatch.setattr(reconciling, "_LOOKS_SECONDS_NEAR", (0.0, 0.1, 3.0))
    here = studio()
    async with here.session() as session:
        await _intent(session, age=timedelta(minutes=1))
        run = asyncio.create_task(generate(asked()))
        await until(lambda: here.emulator.counts.get("list", 0) >= 2)
        task_id = await _foreign(session)
        assert (await run).task_id == task_id and here.submits == 1


@pytest.mark.slow
async def test_an_intent_of_tomorrow(studio: Open) -> None:
    """An intent that a clock far ahead wrote is not waited for until then."""
    here = studio()
    async with here.session() as session, asyncio.timeout(30):
        await _intent(session, age=-timedelta(days=1))
        assert (await generate(asked())).succeeded and here.submits == 1


def _row(name: str, second: int | None) -> TaskRow:
    return TaskRow(name, None, created_at=None if second is None else START + timedelta(seconds=second))


START = now()
MINE, RIVAL = (
    journal.Entry(fingerprint=name, model="wan2.6-t2v", account="a", intent_at=START + timedelta(seconds=second))
    for name, second in (("mine", 2), ("rival", 1))
)


@pytest.mark.parametrize(
    ("times", "rivals", "late", "chosen"),
    [
        ((3,), [], False, "t0"),
        ((3, 4), [], True, None),
        ((3,), [RIVAL], True, None),
        ((4, 3), [RIVAL], True, "t0"),
        ((4, 3), [RIVAL], False, None),
        ((None, 3), [RIVAL], True, None),
        ((3, 4, 5), [RIVAL], True, None),
    ],
)
def test_which_one(times: tuple[int | None, ...], rivals: list[journal.Entry], late: bool, chosen: str | None) -> None:
    """The only one, or by the order of intents and tasks: where there are as many, all with a time, after a while."""
    rows = [_row(f"t{number}", second) for number, second in enumerate(times)]
    found = reconciling._the_one(MINE, rows, rivals, late=late)
    assert (found and found.task_id) == chosen


@pytest.mark.parametrize(
    ("said", "kept", "same"),
    [
        (DUSK, DUSK, True),
        ("a lighthouse", DUSK, True),
        (DUSK, "a lighthouse", True),
        ("a  lighthouse\nat dusk ", DUSK, True),
        (DUSK, None, True),
        ("a harbour at dusk", DUSK, False),
    ],
)
def test_the_same_words(said: str, kept: str | None, same: bool) -> None:
    """The service may cut a prompt and keep its blanks otherwise; an intent without one may be anybody's."""
    assert reconciling._same(said, kept) is same
