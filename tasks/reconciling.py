"""Finding out whether a submit whose answer is missing was accepted, before it is ever sent again.

Of the account's tasks around the time of the intent, those that some intent owns are not the one, nor are those that
ended without a result: they cost nothing. Those that are left are waited for, as they would be in any case, because the
provider repeats the prompt beside a result (models.yaml result.extra): a task with another prompt is not the one.

A model that answers at once has no task: its lost answer is gone. A check or a text costs so little that the next run
asks anew; a picture is a decision of the user's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from blocks import catalog
from blocks.catalog import Status
from blocks.client import TaskRow
from blocks.client.errors import DashScopeError
from tasks import journal
from tasks.records import TASK_LIFE, Submission
from tasks.session import Session
from tasks.task_list import patiently
from tasks.watched import StillRunning

log = logging.getLogger("wanflow.reconciling")

_CLOCKS_DIFFER = timedelta(minutes=2)
_POST_TAKES = timedelta(minutes=2)
# A task may be listed some moments after it was accepted.
_LOOKS_SECONDS = (0.0, 2.0, 4.0, 8.0)
_LOOKS_SECONDS_NEAR = (0.0, 0.1, 0.3)
# How old an intent without any answer must be before it is believed that nothing was accepted: what a process that died
# has sent may still be on its way.
_DECIDED_SECONDS = 30.0
_DECIDED_SECONDS_NEAR = 0.5
# How long other open intents, each a possible owner of what is found, are given to close.
_OTHERS_SECONDS = 75.0
_OTHERS_SECONDS_NEAR = 5.0
_LIST_PATIENCE_SECONDS = 600.0
# How long a task that may be the one is waited for, until its result tells: of the model's longest usual time.
_TELLS_TIMES = 2.0
_TELLS_SECONDS_NEAR = 3.0
_ASKED_ANEW = ("check", "text")
"""What costs so little (models.yaml: 0.004 CNY a check, 0.002 CNY a thousand tokens) that the next run asks anew."""


class AmbiguousSubmission(Exception):
    """Nobody can tell whether the provider accepted a submit. It is not sent again.

    Attributes:
        candidates: ids of tasks that may be the one.
        doubt: what is not known, in a sentence.
    """

    code = "AmbiguousSubmission"

    def __init__(self, entry: journal.Entry, candidates: list[str], why: str) -> None:
        self.candidates = candidates
        named = f" Candidates: {', '.join(candidates)}." if candidates else ""
        self.doubt = (
            f"{entry.model}: the answer to the submit of {entry.intent_at:%Y-%m-%d %H:%M:%S} UTC was lost and {why}."
            f"{named}"
        )
        super().__init__(f"{self.doubt} It was not sent again, because that could pay twice. {advice(entry)}")


def advice(entry: journal.Entry) -> str:
    """What the user can do about an intent that nobody knows the answer to."""
    name = entry.fingerprint[:12]
    if not entry.at_once:
        return (
            f"Look the task up in the provider's console: when it is there, `wanflow generations resume {name} --task"
            f" TASK_ID` and run again; when it is not, `wanflow generations forget {name}` and run again."
        )
    if _asked_anew(entry):
        return "It may be billed; run again to ask anew."
    return f"It may be billed; `wanflow generations forget {name}` and run again to ask anew."


def no_task(entry: journal.Entry) -> AmbiguousSubmission:
    """Why the lost answer of a model that answers at once cannot be found."""
    return AmbiguousSubmission(entry, [], "there is no task to look for")


def _asked_anew(entry: journal.Entry) -> bool:
    return entry.at_once and catalog.find(entry.model).kind in _ASKED_ANEW


async def reconcile(session: Session, entry: journal.Entry, *, request_id: str | None = None) -> Submission | None:
    """The submission that an intent without an answer led to, found in the account's task list.

    Args:
        entry: the intent.
        request_id: of an answer that said nothing else.

    Returns:
        The adopted submission, or None when it may be sent: the provider has no task that could be it, or the user
        chose to send it again where nobody can tell.

    Raises:
        AmbiguousSubmission: several tasks could be it, or the provider cannot list tasks.
        BudgetExceeded: it would be sent again, and the run's limit does not hold it twice.
    """
    try:
        return await _search(session, entry, request_id)
    except AmbiguousSubmission as error:
        if session.on_ambiguous == "fail" and not _asked_anew(entry):
            raise
        doubt = error.doubt
    what = f"{doubt} It may be billed; to send it again"
    await session.budget.reserve_again(entry.fingerprint, f"{entry.intent_at:%Y%m%dT%H%M%S%f}", what=what)
    log.warning("%s It is sent again: it may be paid twice.", doubt)
    return None


async def _search(session: Session, entry: journal.Entry, request_id: str | None) -> Submission | None:
    if session.time - entry.intent_at >= TASK_LIFE:
        return None  # whatever became of it, its result is gone
    if entry.at_once:
        raise no_task(entry)
    unowned: list[TaskRow] = []
    for pause in _LOOKS_SECONDS_NEAR if session.emulated else _LOOKS_SECONDS:
        await asyncio.sleep(pause)
        ours, unowned = await _look(session, entry, request_id)
        if ours is not None:
            return _adopted(entry, ours)
    began = time.monotonic()
    others = began + (_OTHERS_SECONDS_NEAR if session.emulated else _OTHERS_SECONDS)
    decided = began + (0.0 if request_id else _undecided_seconds(session, entry))
    prompts = _Prompts(session, entry)
    while True:
        pause = 1.0
        if candidates := await prompts.fitting(unowned):
            # In this order: whoever owned a candidate meanwhile is no rival any more, and the claim fails.
            rivals = await _open_beside(session, entry)
            late = time.monotonic() > others
            one = _the_one(entry, candidates, rivals, late=late)
            if one is not None:
                if await journal.claim(session.storage, entry, one.task_id):
                    return _adopted(entry, one)
            elif late or not rivals:
                raise _cannot_tell(entry, candidates, rivals)
        elif (left := decided - time.monotonic()) > 0:
            pause = min(pause, left)
        else:
            return None
        await asyncio.sleep(pause)
        ours, unowned = await _look(session, entry, request_id)
        if ours is not None:
            return _adopted(entry, ours)


def _undecided_seconds(session: Session, entry: journal.Entry) -> float:
    """How much longer what a process sent, of which nothing was heard, may be on its way."""
    most = _DECIDED_SECONDS_NEAR if session.emulated else _DECIDED_SECONDS
    return min(max(0.0, most - (session.time - entry.intent_at).total_seconds()), most)


def _the_one(
    entry: journal.Entry, candidates: list[TaskRow], rivals: list[journal.Entry], *, late: bool
) -> TaskRow | None:
    """The candidate that is this intent's: the only one, or, where each of several intents has one, by their order."""
    if not rivals:
        return candidates[0] if len(candidates) == 1 else None
    times = [row.created_at for row in candidates]
    if not late or len(candidates) != len(rivals) + 1 or None in times:
        return None
    intents = sorted([entry, *rivals], key=lambda one: (one.intent_at, one.fingerprint))
    return sorted(candidates, key=lambda row: (row.created_at, row.task_id))[intents.index(entry)]


class _Prompts:
    """Tells tasks apart by the prompt that the provider repeats; asks for each task once.

    Args:
        entry: the intent whose task is looked for.
    """

    def __init__(self, session: Session, entry: journal.Entry) -> None:
        self._session = session
        self._entry = entry
        self._fits: dict[str, bool] = {}

    async def fitting(self, rows: list[TaskRow]) -> list[TaskRow]:
        """The tasks that may be the one; waits for the end of those that are not known yet."""
        new = [row for row in rows if row.task_id not in self._fits]
        self._fits |= dict(
            zip([row.task_id for row in new], await asyncio.gather(*map(self._may_be, new)), strict=True)
        )
        return [row for row in rows if self._fits[row.task_id]]

    async def _may_be(self, row: TaskRow) -> bool:
        usual = catalog.find(self._entry.model).typical_seconds[1]
        try:
            answer = await self._session.watcher.wait(
                row.task_id,
                model=self._entry.model,
                submitted_at=row.created_at or self._entry.intent_at,
                deadline_seconds=_TELLS_SECONDS_NEAR if self._session.emulated else _TELLS_TIMES * usual,
            )
        except (StillRunning, DashScopeError):
            return True
        if answer.status is not Status.SUCCEEDED:
            return False
        said = answer.values.get("orig_prompt")
        return not isinstance(said, str) or _same(said, self._entry.prompt)


def _same(one: str, other: str | None) -> bool:
    """Whether two prompts may be the same: the service cuts one that is too long."""
    if other is None:
        return True
    one, other = " ".join(one.split()), " ".join(other.split())
    return one.startswith(other) or other.startswith(one)


async def _look(session: Session, entry: journal.Entry, request_id: str | None) -> tuple[TaskRow | None, list[TaskRow]]:
    """The task that is this intent's for sure, if there is one, and those that nobody owns."""
    rows = await _tasks_around(session, entry)
    owners = {row.task_id: await journal.owner(session.storage, row.task_id) for row in rows}
    unowned = []
    for row in rows:
        owner = owners[row.task_id]
        if owner == entry.mark:
            return row, []
        if owner is None:
            if request_id and row.request_id == request_id and await journal.claim(session.storage, entry, row.task_id):
                return row, []
            unowned.append(row)
    ours = {row.key_id for row in rows if (owners[row.task_id] or {}).get("account") == entry.account}
    return None, [row for row in unowned if not _of_another_key(row, ours)]


def _of_another_key(row: TaskRow, ours: set[str | None]) -> bool:
    """Whether another key of the account sent it, by what the list says of tasks that are known to be ours."""
    known = ours - {None}
    return bool(known) and row.key_id is not None and row.key_id not in known


async def _open_beside(session: Session, entry: journal.Entry) -> list[journal.Entry]:
    """Other intents without an answer that a task around this one's time may belong to."""
    return [
        other
        for other in await journal.entries(session.storage)
        if other.unanswered
        and (other.account, other.model) == (entry.account, entry.model)
        and other.fingerprint != entry.fingerprint
        and (other.prompt is None or _same(other.prompt, entry.prompt))
        and abs(other.intent_at - entry.intent_at) <= _POST_TAKES + 2 * _CLOCKS_DIFFER
    ]


def _cannot_tell(entry: journal.Entry, candidates: list[TaskRow], rivals: list[journal.Entry]) -> AmbiguousSubmission:
    why = f"{len(candidates)} tasks may be the one" if len(candidates) > 1 else "the one task found may be another's"
    if rivals:
        why += f"; {len(rivals)} more submits of other runs wait for an answer"
    return AmbiguousSubmission(entry, [row.task_id for row in candidates], why)


async def _tasks_around(session: Session, entry: journal.Entry) -> list[TaskRow]:
    """The account's tasks of that model that can have been accepted by this submit."""
    first = entry.intent_at - _CLOCKS_DIFFER
    last = entry.intent_at + _POST_TAKES + _CLOCKS_DIFFER
    try:
        rows = await patiently(session.client, session.pace, seconds=_LIST_PATIENCE_SECONDS, model=entry.model)
    except DashScopeError as error:
        raise AmbiguousSubmission(entry, [], f"the task list cannot be read ({error})") from error
    return [row for row in rows if row.created_at is None or first <= row.created_at <= last]


def _adopted(entry: journal.Entry, row: TaskRow) -> Submission:
    log.info("The answer to a submit of %s was lost; it was accepted as task %s.", entry.model, row.task_id)
    return entry.accepted(row.task_id, row.request_id, row.created_at or entry.intent_at)
