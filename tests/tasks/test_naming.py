"""How a user names what is in flight, and what is known of it when the provider says little."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from blocks.catalog import Status
from tasks import in_flight as listing
from tasks import journal
from tasks.in_flight import InFlight, NotInFlight, find, in_flight
from tasks.records import Submission
from tasks.resuming import NotOurs, Resumed, cancel, forget, resume
from tasks.sending import send
from tasks.session import Session, now
from tests.tasks.conftest import Open, asked

NAMES = ("f" * 60, "f" * 64, "e" * 64)


@pytest.fixture
async def session(studio: Open) -> AsyncIterator[Session]:
    """A session with three tasks under way, two of which are called almost the same."""
    here = studio(run_seconds=600, rules=[{"at": "query", "do": "fail"}])
    async with here.session(results=False) as session:
        for number, name in enumerate(NAMES):
            await send(session, asked(f"film {number}"), name)
        yield session


async def test_a_name_means_one(session: Session) -> None:
    """The whole name, or six letters with which no other begins; else it says which it may be."""
    for name in NAMES:
        assert (await find(session, name)).fingerprint == name
    assert (await find(session, "eeeeee")).fingerprint == NAMES[2]
    with pytest.raises(NotInFlight, match="nothing in flight goes by 'eeeee'"):
        await find(session, "eeeee")
    with pytest.raises(NotInFlight, match="'ffffff' may be any of .*give more of it") as several:
        await find(session, "ffffff")
    ours = [one.task_id or "" for one in await in_flight(session) if one.fingerprint in NAMES[:2]]
    assert all(task_id in str(several.value) for task_id in ours)


async def test_what_the_provider_does_not_say_is_unknown(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that is not listed and cannot be asked for is named all the same."""

    async def nothing(_: Session, **__: Any) -> list[Any]:
        return []

    monkeypatch.setattr(listing, "_rows", nothing)
    found = await in_flight(session)
    assert [one.fingerprint for one in found] == list(NAMES) and {one.state for one in found} == {"unknown"}


async def test_a_stranger_that_is_forgotten_stays_forgotten(session: Session) -> None:
    """A task that nobody here asked for is not named again, nor taken for one of ours."""
    answer = await session.client.submit(asked("a stranger"))
    stranger = await find(session, answer.task_id or "")
    await forget(session, stranger)
    assert len(await in_flight(session)) == 3
    assert await journal.owner(session.storage, answer.task_id or "") is not None


async def test_another_accounts_task_is_left_alone(session: Session) -> None:
    """It is refused by the name of its account before the provider is asked: it would not know the task."""
    one = replace(await find(session, NAMES[2]), mine=False, account="somebody@elsewhere")
    for refused in (cancel(session, one), resume(session, one)):
        with pytest.raises(NotOurs, match="sent by the account somebody@elsewhere"):
            await refused
    assert (await find(session, NAMES[2])).task_id == one.task_id


@pytest.mark.slow
async def test_what_another_run_finished_meanwhile_is_given(studio: Open) -> None:
    """Looked at, finished by somebody else, then resumed: its files are told and nothing is asked."""
    here = studio()
    async with here.session(results=False) as session:
        made = await here.run(results=False)
        one = InFlight(made.fingerprint, made.model, made.task_id, None, None, now(), None, session.account)
        queries = here.emulator.queries
        done = await resume(session, one)
        assert (done.status, list(done.assets), done.cost_cny) == (Status.SUCCEEDED, made.assets, made.cost_cny)
        assert here.emulator.queries == queries and here.submits == 1


@pytest.mark.parametrize("request_", [{"model": "a-model-of-old", "input": {}}, {"model": "wan2.6-t2v", "input": 7}])
def test_a_request_that_is_none_any_more(request_: dict[str, Any]) -> None:
    """What an older version kept may be no request today: its cost is then unknown, and nothing breaks."""
    one = InFlight("f" * 64, "a-model-of-old", "t", None, None, now(), None, "a", request=request_ | {"take": 1})
    assert one.typed is None and one.state == "unknown"


async def test_an_id_from_the_network_is_no_path(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a provider calls its task, what is recovered of it lies in one folder beside the others."""
    taken: list[str] = []

    async def taken_note_of(_: Session, one: InFlight, submission: Submission) -> Resumed:
        taken.append(submission.fingerprint)
        return Resumed(one, None)

    monkeypatch.setattr("tasks.resuming._seen_through", taken_note_of)
    here = studio()
    async with here.session(results=False) as session:
        one = InFlight(None, "wan2.6-t2v", "../../../etc/a b", None, None, now(), None, session.account)
        await resume(session, one)
        assert taken == ["recovered--etc-a-b"]
        assert [path for path in await session.storage.list("journal") if "etc" in path] == [
            "journal/owned/-etc-a-b.json"
        ]


@pytest.mark.parametrize("model", ["a-model-of-tomorrow", ""])
async def test_a_model_that_nobody_here_knows_is_recovered_too(studio: Open, model: str) -> None:
    """What another program sent may be of a model without a row, or of none that is said: its files are kept."""
    here = studio()
    async with here.session(results=False) as session:
        answer = await session.client.submit(asked("a stranger"))
        one = replace(await find(session, answer.task_id or ""), model=model)
        done = await resume(session, one)
        assert done.status is Status.SUCCEEDED and done.cost_cny is None
        [file] = done.assets
        assert file.media_type == "video/mp4" and await session.storage.size(file.path) == file.bytes
