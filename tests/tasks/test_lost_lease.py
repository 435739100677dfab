"""A run whose lease another has taken sends nothing and leaves nothing behind."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from tasks import journal
from tasks.fingerprint import fingerprint
from tasks.generation import generate
from tasks.leases import LeaseLost
from tasks.pace import Pace
from tasks.session import now
from tests.tasks.conftest import Open, asked


async def test_another_has_begun_to_send(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another's intent lies by the time this run's turn comes, its task is waited for, and nothing is sent."""
    here = studio()
    submit, begun = Pace.submit, []

    async with here.session() as session:
        key = await fingerprint(asked(), storage=session.storage, assets={})

        @contextlib.asynccontextmanager
        async def late(pace: Pace, model: str) -> AsyncIterator[None]:
            async with submit(pace, model):
                if not begun:
                    entry = await journal.write_intent(
                        session.storage, fingerprint=key, model=model, account=session.account, now=now()
                    )
                    assert entry is not None
                    task_id = (await session.client.submit(asked())).task_id or ""
                    begun.append(task_id)
                    await journal.complete(session.storage, entry, entry.accepted(task_id, None, now()))
                yield

        monkeypatch.setattr(Pace, "submit", late)
        made = await generate(asked())
    assert [made.task_id] == begun and here.emulator.counts["submit"] == 1


async def test_nothing_is_left_to_clear_up(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The intent of a run that then finds its lease taken is gone: nobody has to find out what became of it."""
    here = studio()
    async with here.session() as session:
        check, looks = session.leases.check, []

        async def taken(name: str) -> None:
            looks.append(name)
            if len(looks) == 1:
                raise LeaseLost("another has it")
            await check(name)

        monkeypatch.setattr(session.leases, "check", taken)
        assert (await generate(asked())).succeeded
    assert len(looks) == 2 and here.emulator.counts.get("list", 0) == 0
