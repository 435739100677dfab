"""The journal keeps what others wrote."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from blocks.storage import MediaStorage
from tasks import journal
from tasks.records import Submission
from tasks.session import now

SUBMISSION = Submission(
    fingerprint="f", model="wan2.6-t2v", task_id="t", request_id=None, submitted_at=now(), account="a"
)


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    return MediaStorage(url=str(tmp_path / "media"))


async def _intent(storage: MediaStorage, *, later: timedelta = timedelta(0)) -> journal.Entry | None:
    return await journal.write_intent(storage, fingerprint="f", model="wan2.6-t2v", account="a", now=now() + later)


async def test_an_intent_is_written_over_nothing(storage: MediaStorage) -> None:
    """Where there is an entry already, answered or not, no intent takes its place: it may have been sent."""
    first = await _intent(storage)
    assert first is not None and await _intent(storage) is None
    answered = await journal.complete(storage, first, SUBMISSION)
    assert await _intent(storage) is None and await journal.read(storage, "f", "a") == answered


async def test_an_intent_is_taken_back_by_its_own_writer(storage: MediaStorage) -> None:
    """What another run wrote meanwhile, or what was answered, stays; the own intent goes."""
    stale = await _intent(storage)
    assert stale is not None
    await journal.settle(storage, "f", "a")
    fresh = await _intent(storage, later=timedelta(seconds=1))
    assert fresh is not None
    await journal.take_back(storage, stale)
    assert await journal.read(storage, "f", "a") == fresh
    answered = await journal.complete(storage, fresh, SUBMISSION)
    await journal.take_back(storage, fresh)
    assert await journal.read(storage, "f", "a") == answered
    await journal.settle(storage, "f", "a")
    again = await _intent(storage)
    assert again is not None
    await journal.take_back(storage, again)
    assert await journal.read(storage, "f", "a") is None


async def test_a_task_is_claimed_once(storage: MediaStorage) -> None:
    """Whoever is first has it, and has it still when asked again; nobody else gets it."""
    mine = await _intent(storage)
    assert mine is not None
    other = mine.model_copy(update={"fingerprint": "another"})
    assert await journal.claim(storage, mine, "t") and await journal.claim(storage, mine, "t")
    assert not await journal.claim(storage, other, "t") and await journal.owner(storage, "t") == mine.mark


def test_a_tasks_name_is_no_path() -> None:
    """Whatever the provider calls a task, no file lies outside its folder because of it."""
    assert journal.plain("../../etc/passwd") == "-etc-passwd" and journal.plain("a1b2-c3_d4") == "a1b2-c3_d4"


async def test_a_task_settles_its_own_entry(storage: MediaStorage) -> None:
    """A run that hears late that its task failed does not forget the one that another run has sent since."""
    entry = await _intent(storage)
    assert entry is not None
    answered = await journal.complete(storage, entry, SUBMISSION)
    await journal.settle_task(storage, SUBMISSION.model_copy(update={"task_id": "an earlier one"}))
    assert await journal.read(storage, "f", "a") == answered
    await journal.settle_task(storage, SUBMISSION)
    assert await journal.read(storage, "f", "a") is None


async def test_whose_a_task_is_comes_before_what_it_answers(storage: MediaStorage) -> None:
    """A run that dies between the two leaves a task that nobody else adopts, and that its own next run finds."""
    entry = await _intent(storage)
    place = storage.local_path(journal.path_of("f", "a"))
    assert entry is not None and place is not None
    place.unlink()
    (place / "in the way").mkdir(parents=True)  # the entry cannot be written
    with pytest.raises(OSError):
        await journal.complete(storage, entry, SUBMISSION)
    assert await journal.owner(storage, "t") == entry.mark
