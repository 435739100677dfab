"""The submit journal: an intent in storage before every POST, completed with the answer right after.

An entry lives at ``journal/<fingerprint>-<account>.json`` from the intent until its generation has settled (its files
are in storage, or it failed). Whoever finds an entry with a submission polls it; one with the outcome of a model that
answers at once downloads what it names; an intent without either is reconciled.
``journal/owned/<task_id>.json`` says which intent led to a task, settled or not, so that no other adopts it.
"""

from __future__ import annotations

import os
import re
import socket
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from blocks import catalog
from blocks.storage import MediaStorage
from tasks.records import Outcome, Submission


class Entry(BaseModel):
    """What the journal knows of one generation that has not settled.

    Attributes:
        intent_at: when the submit was about to be sent, UTC.
        prompt: how the one of the request begins: the provider repeats it beside a result, which tells tasks apart.
        quoted_cny: the price expected; None when it is unknown.
        submission: the provider's answer; None while nobody knows whether it was accepted.
        outcome: what a model that answers at once gave; None while nobody knows, and of every other model.
        writer: host and process that wrote the intent, for people.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    model: str
    account: str
    intent_at: datetime
    prompt: str | None = None
    quoted_cny: Decimal | None = None
    submission: Submission | None = None
    outcome: Outcome | None = None
    writer: str = ""

    @property
    def unanswered(self) -> bool:
        """Whether nobody knows what came of the intent."""
        return self.submission is None and self.outcome is None

    @property
    def mark(self) -> dict[str, str]:
        """What tells this intent from every other one, those of the same generation included."""
        return {
            "fingerprint": self.fingerprint,
            "account": self.account,
            "intent_at": self.intent_at.isoformat(),
            "writer": self.writer,
        }

    @property
    def at_once(self) -> bool:
        """Whether its model answers at once: there is no task to find."""
        return catalog.at_once(self.model)

    def accepted(self, task_id: str, request_id: str | None, at: datetime) -> Submission:
        """What this intent led to: the provider's task, taken in at that time, UTC."""
        return Submission(
            fingerprint=self.fingerprint,
            model=self.model,
            task_id=task_id,
            request_id=request_id,
            submitted_at=at,
            account=self.account,
            quoted_cny=self.quoted_cny,
        )


def path_of(fingerprint: str, account: str) -> str:
    """Where the entry of a generation lies, relative to the storage root."""
    return f"journal/{name_of(fingerprint, account)}.json"


def name_of(fingerprint: str, account: str) -> str:
    """What a generation of an account is called: its entry and its lease."""
    return f"{fingerprint}-{account_slug(account)}"


def account_slug(account: str) -> str:
    """An account's name as part of a file name."""
    return re.sub("[^0-9A-Za-z]+", "-", account)


async def read(storage: MediaStorage, fingerprint: str, account: str) -> Entry | None:
    """The entry of a generation, or None when this account never sent it or it has settled."""
    found = await storage.read_json(path_of(fingerprint, account))
    return None if found is None else Entry.model_validate(found)


async def under_way(storage: MediaStorage, fingerprint: str, account: str, now: datetime) -> Entry | None:
    """The entry of what was accepted, has not settled, and can still be polled or downloaded."""
    entry = await read(storage, fingerprint, account)
    if entry is None:
        return None
    accepted = entry.submission or entry.outcome
    return None if accepted is None or accepted.expired(now) else entry


async def entries(storage: MediaStorage) -> list[Entry]:
    """Every generation on this storage that has not settled."""
    paths = [path for path in await storage.list("journal") if path.count("/") == 1 and path.endswith(".json")]
    found = [await storage.read_json(path) for path in paths]
    return [Entry.model_validate(item) for item in found if item is not None]


async def write_intent(
    storage: MediaStorage,
    *,
    fingerprint: str,
    model: str,
    account: str,
    now: datetime,
    prompt: str | None = None,
    quoted_cny: Decimal | None = None,
) -> Entry | None:
    """Say that a submit is about to be sent. Must be on storage before the POST leaves.

    Returns:
        None when there is an entry already: whoever wrote it may have sent something.
    """
    entry = Entry(
        fingerprint=fingerprint,
        model=model,
        account=account,
        intent_at=now,
        prompt=prompt,
        quoted_cny=quoted_cny,
        writer=f"{socket.gethostname()}:{os.getpid()}",
    )
    written = await storage.create_json(path_of(fingerprint, account), entry.model_dump(mode="json"))
    return entry if written else None


async def complete(storage: MediaStorage, entry: Entry, submission: Submission) -> Entry:
    """Say what the provider answered to the intent: first whose the task is, then the submission."""
    await storage.write_json(_owner(submission.task_id), entry.mark)
    entry = entry.model_copy(update={"submission": submission})
    await storage.write_json(path_of(entry.fingerprint, entry.account), entry.model_dump(mode="json"))
    return entry


async def answered(storage: MediaStorage, entry: Entry, outcome: Outcome) -> None:
    """Say what a model that answers at once gave."""
    entry = entry.model_copy(update={"outcome": outcome})
    await storage.write_json(path_of(entry.fingerprint, entry.account), entry.model_dump(mode="json"))


async def claim(storage: MediaStorage, entry: Entry, task_id: str) -> bool:
    """Make a task that nobody owns this intent's; False when another was first."""
    return await storage.create_json(_owner(task_id), entry.mark) or await owner(storage, task_id) == entry.mark


async def owner(storage: MediaStorage, task_id: str) -> dict[str, str] | None:
    """The mark of the intent that led to the provider's task, or None when no generation of this storage owns it."""
    found: dict[str, str] | None = await storage.read_json(_owner(task_id))
    return found


async def let_go(storage: MediaStorage, task_id: str, why: str) -> None:
    """Say of a task that nobody here asked for that it is dealt with: nobody adopts it, nothing lists it."""
    await storage.create_json(_owner(task_id), {"let_go": why, "intent_at": datetime.now(UTC).isoformat()})


async def settle(storage: MediaStorage, fingerprint: str, account: str) -> None:
    """Forget the entry: the generation has ended, or nothing can have been accepted."""
    await storage.delete(path_of(fingerprint, account))


async def take_back(storage: MediaStorage, entry: Entry) -> None:
    """Forget an intent that nothing came of; one that another wrote in its place stays."""
    found = await read(storage, entry.fingerprint, entry.account)
    if found is not None and found.mark == entry.mark and found.unanswered:
        await settle(storage, entry.fingerprint, entry.account)


async def settle_task(storage: MediaStorage, submission: Submission) -> None:
    """Forget the entry of a task that gave nothing; one that another run has sent since stays."""
    found = await read(storage, submission.fingerprint, submission.account)
    if found is not None and found.submission is not None and found.submission.task_id == submission.task_id:
        await settle(storage, submission.fingerprint, submission.account)


def _owner(task_id: str) -> str:
    return f"journal/owned/{plain(task_id)}.json"


def plain(task_id: str) -> str:
    """A task's id as part of a file name, whatever the provider calls it."""
    return re.sub("[^0-9A-Za-z_-]+", "-", task_id)
