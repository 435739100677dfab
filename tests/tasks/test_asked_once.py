"""A model that answers at once is asked once: a call has its intent, as a submit has, and its answer is kept."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import Answer, Request
from blocks.catalog.model import Limits
from blocks.client import Client
from tasks import finished, journal, making, sending, spending
from tasks.budget import BudgetExceeded
from tasks.generation import generate
from tasks.in_flight import NotInFlight, find, in_flight
from tasks.pace import Pace
from tasks.reconciling import AmbiguousSubmission
from tasks.resuming import cancel, forget, resume
from tests.tasks.conftest import Died, Open, Studio, asked, stands_still

PICTURE = asked(model="qwen-image-max")
PRICE = catalog.quote(PICTURE).amount or Decimal(0)
CENT = Decimal("0.01")
WORDS = catalog.request(
    {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "say hello"}]}, "parameters": {}}
)


def calls(here: Studio) -> int:
    """How often a model that answers at once was asked."""
    return here.emulator.counts.get("submit", 0) + here.emulator.counts.get("chat", 0)


async def dies(here: Studio, monkeypatch: pytest.MonkeyPatch, request: Request, where: Any, *, after: bool) -> None:
    """A run whose process ends before or after a step."""
    of, name = where
    step = getattr(of, name)

    async def last(*arguments: Any, **options: Any) -> Any:
        if after:
            await step(*arguments, **options)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(of, name, last)
        with pytest.raises((Died, BaseExceptionGroup)):
            await here.run(request, results=False)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lift the model's submit limit, two a minute: calls are to follow each other at once."""
    pace = Pace(limits=lambda model: Limits(submits_per_second=1000.0))
    monkeypatch.setattr("tasks.session.pace_for", lambda client: pace)


async def test_intent_first(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The intent, with its price, is on storage before the call leaves, and the answer right after; then it settles."""
    here = studio()
    seen: list[journal.Entry] = []

    async def watched(client: Client, request: Request, **options: Any) -> Any:
        seen.extend(await journal.entries(here.storage))
        return await call(client, request, **options)

    async def kept(*arguments: Any) -> None:
        await answered(*arguments)
        seen.extend(await journal.entries(here.storage))

    call, answered = Client.call, journal.answered
    monkeypatch.setattr(Client, "call", watched)
    monkeypatch.setattr(sending.journal, "answered", kept)
    made = await here.run(PICTURE, results=False)
    assert made.succeeded and await here.journalled() == []
    intent, answer = seen
    assert intent.unanswered and intent.quoted_cny == PRICE and intent.prompt == "a lighthouse at dusk"
    assert answer.outcome and answer.outcome.urls and not answer.unanswered


async def test_a_picture_in_doubt_is_not_asked_for_again(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process died during the call: the next runs stop, saying what to do; forgotten, it is asked for anew."""
    here = studio()
    await dies(here, monkeypatch, PICTURE, (Client, "call"), after=True)
    for _ in range(2):
        made = await here.run(PICTURE, results=False)
        assert made.failure and made.failure.kind == "AmbiguousSubmission" and made.cost_cny is None
        assert f"wanflow generations forget {made.fingerprint[:12]}" in made.failure.message
        assert "could pay twice" in made.failure.message and calls(here) == 1
    async with here.session() as session:
        await forget(session, await find(session, made.fingerprint[:12]))
    assert (await here.run(PICTURE, results=False)).succeeded and calls(here) == 2


async def test_words_in_doubt_are_asked_for_anew(
    studio: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They cost next to nothing: the next run asks again, says that it may be paid twice, and leaves nothing behind."""
    here = studio()
    await dies(here, monkeypatch, WORDS, (Client, "call"), after=True)
    assert len(await here.journalled()) == 1
    assert (await here.run(WORDS, results=False)).succeeded and calls(here) == 2
    assert "there is no task to look for. It is sent again: it may be paid twice." in caplog.text
    assert await here.journalled() == []


@pytest.mark.parametrize(("rule", "kind"), [("lose_answer", "AnswerLost"), ("fail", "ServiceFailed")])
async def test_a_lost_answer_ends_it(studio: Open, rule: str, kind: str) -> None:
    """A call that may have been carried out is not repeated; its cost is unknown, not nothing, and it stays named."""
    here = studio(rules=[{"at": "submit", "do": rule}])
    made = await here.run(PICTURE, results=False)
    assert made.failure and made.failure.kind == kind and made.cost_cny is None and calls(here) == 1
    said = f"It may be billed; `wanflow generations forget {made.fingerprint[:12]}` and run again to ask anew."
    assert made.failure.advice == said and await here.journalled() == [made.fingerprint]


async def test_an_answer_without_a_picture(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be billed, and there is nothing to fetch: it counts as lost, not as made."""

    async def nothing(*_: Any, **__: Any) -> Answer:
        return Answer(request_id="r-1")

    monkeypatch.setattr(Client, "call", nothing)
    here = studio()
    made = await here.run(PICTURE, results=False)
    assert made.failure and made.failure.kind == "AnswerLost" and await here.journalled() == [made.fingerprint]


async def test_words_are_within_a_limit(studio: Open) -> None:
    """The price of words is known afterwards; with max_tokens it is bounded, and the bound keeps the limit."""
    here = studio()
    bounded = catalog.request(WORDS.to_dict() | {"parameters": {"max_tokens": 1000}})
    most = catalog.quote(bounded).at_most or Decimal(0)
    for limit, fits in ((most - Decimal("0.0001"), False), (most, True)):
        async with here.session(results=False, max_cost=limit) as session:
            with nullcontext() if fits else pytest.raises(BudgetExceeded, match="^qwen-plus: .*over the limit"):
                made = await generate(bounded)
                assert made.succeeded and made.cost_cny and made.cost_cny == session.budget.spent < most
    assert calls(here) == 1


async def test_a_refused_call_leaves_nothing(studio: Open) -> None:
    """What was certainly not carried out costs nothing, and its intent is taken back."""
    here = studio(rules=[{"at": "submit", "do": "refuse"}])
    made = await here.run(PICTURE, results=False)
    assert made.failure and made.cost_cny == 0 and await here.journalled() == []


@pytest.mark.slow
async def test_a_busy_service_is_waited_out(studio: Open) -> None:
    """429 takes the intent back each time; the call is made once it is taken in."""
    here = studio(rules=[{"at": "submit", "times": 2, "do": {"kind": "throttle", "retry_after": 0.1}}])
    assert (await here.run(PICTURE, results=False)).succeeded
    assert calls(here) == 3 and await here.journalled() == []


async def test_who_chose_to_pays_twice_within_the_limit(studio: Open) -> None:
    """With on_ambiguous=resubmit each call in doubt counts beside the next; the limit stops the one that passes it."""
    here = studio(rules=[{"at": "submit", "do": "lose_answer"}])
    async with here.session(results=False, on_ambiguous="resubmit", max_cost=2 * PRICE) as session:
        with pytest.raises(BudgetExceeded, match="may be billed"):
            await generate(PICTURE)
        assert calls(here) == 2 and session.budget.outstanding == 2 * PRICE


@pytest.mark.slow
async def test_who_chose_to_pays_no_more_than_thrice(studio: Open) -> None:
    """Where every answer is lost, a run without a limit gives up; the last call stays named."""
    here = studio(rules=[{"at": "submit", "do": "lose_answer"}])
    async with here.session(results=False, on_ambiguous="resubmit"):
        made = await asyncio.wait_for(generate(PICTURE), 30)
    assert made.failure and made.failure.kind == "AnswerLost" and made.cost_cny is None and calls(here) == 3
    assert await here.journalled() == [made.fingerprint]


@pytest.mark.slow
async def test_a_lost_answer_counts_for_its_run(studio: Open) -> None:
    """A run's next process, which asks anew on purpose, counts what the lost answer may cost."""
    here = studio(rules=[{"at": "submit", "nth": [1], "do": "lose_answer"}])
    for limit, calls_by_then in ((PRICE, 1), (PRICE + CENT, 1), (2 * PRICE, 2)):
        async with here.session(results=False, on_ambiguous="fail" if limit == PRICE else "resubmit") as session:
            session.run, session.budget.limit = "one run", limit
            if limit == PRICE + CENT:
                with pytest.raises(BudgetExceeded, match="may be billed"):
                    await generate(PICTURE)
            else:
                assert (await generate(PICTURE)).succeeded is (limit == 2 * PRICE)
        assert calls(here) == calls_by_then


@pytest.mark.parametrize(
    "where",
    [((journal, "answered"), True), ((making.Making, "_downloaded"), False), ((finished, "write"), False)],
    ids=["answered", "downloading", "downloaded"],
)
async def test_an_answer_is_not_asked_for_again(studio: Open, monkeypatch: pytest.MonkeyPatch, where: Any) -> None:
    """Wherever the process dies once the answer is kept, the next run goes on from it and pays nothing."""
    here = studio()
    await dies(here, monkeypatch, PICTURE, where[0], after=where[1])
    made = await here.run(PICTURE, results=False)
    assert made.succeeded and made.assets and calls(here) == 1 and await here.journalled() == []


async def test_an_answer_is_paid_for_whatever_the_limit(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier run has paid for is fetched under any limit."""
    here = studio()
    await dies(here, monkeypatch, PICTURE, (journal, "answered"), after=True)
    async with here.session(results=False, max_cost=CENT):
        assert (await generate(PICTURE)).succeeded


async def test_resumed(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that was kept is fetched by `resume`, with its cost; the next run finds it cached."""
    here = studio()
    await dies(here, monkeypatch, PICTURE, (journal, "answered"), after=True)
    async with here.session(results=False) as session:
        [one] = await in_flight(session)
        with pytest.raises(NotInFlight, match="qwen-image-max answers at once, so there is no task to cancel"):
            await cancel(session, one)
        done = await resume(session, one)
        assert done.cost_cny == PRICE and len(done.assets) == 1 and await in_flight(session) == []
    assert [note.cost_cny for note in await spending.spent(here.storage)] == [PRICE]
    assert (await here.run(PICTURE, results=False)).cached and calls(here) == 1


@pytest.mark.parametrize("request_", [PICTURE, WORDS], ids=["picture", "words"])
async def test_what_is_in_doubt_is_not_resumed(
    studio: Open, monkeypatch: pytest.MonkeyPatch, request_: Request
) -> None:
    """Resuming sends nothing: without an answer there is nothing to fetch, and the entry stays."""
    here = studio()
    await dies(here, monkeypatch, request_, (Client, "call"), after=True)
    async with here.session(results=False, on_ambiguous="resubmit") as session:
        [one] = await in_flight(session)
        assert one.state == "unanswered"
        for task_id in (None, "a-task"):
            with pytest.raises(AmbiguousSubmission, match="there is no task to look for"):
                await resume(session, one, task_id=task_id)
    assert calls(here) == 1 and len(await here.journalled()) == 1


async def test_two_at_once(studio: Open) -> None:
    """Two runs on one storage that ask for the same: one calls, the other gets its answer."""
    here = studio(rules=[{"at": "submit", "do": {"kind": "slow", "seconds": 0.3}}])
    made = await asyncio.gather(*(here.run(PICTURE, results=False) for _ in range(2)))
    assert all(one.succeeded for one in made) and calls(here) == 1
    assert sorted(one.cached for one in made) == [False, True]


DEAD = {"kind": "refuse", "http_status": 403, "code": "AccessDenied"}


@pytest.mark.parametrize("dead", [False, True])
async def test_a_damaged_picture(studio: Open, dead: bool) -> None:
    """It is downloaded again while its address lives; when that is dead, it is asked for anew, not remembered."""
    here = studio(rules=[{"at": "download", "nth": [2], "do": DEAD}] if dead else [])
    made = await here.run(PICTURE, results=True)
    await here.storage.delete(made.assets[0].path)
    again = await here.run(PICTURE, results=True)
    assert again.succeeded and await finished.all_whole(here.storage, again.assets)
    assert calls(here) == (2 if dead else 1)


async def test_an_answer_whose_files_are_gone(studio: Open) -> None:
    """The next run asks for it anew, as it was told, and both count."""
    here = studio(rules=[{"at": "download", "nth": [1, 2, 3], "do": DEAD}])
    made = await here.run(PICTURE, results=False)
    assert made.failure and made.failure.kind == "DownloadFailed" and made.cost_cny is None
    assert made.failure.advice and made.failure.advice.endswith("run the same again to ask anew.")
    async with here.session(results=False, max_cost=PRICE + CENT):
        with pytest.raises(BudgetExceeded, match="its files are gone; to ask for it again"):
            await generate(PICTURE)
    assert calls(here) == 1
    async with here.session(results=False, max_cost=2 * PRICE) as session:
        assert (await generate(PICTURE)).succeeded
        assert (session.budget.spent, session.budget.outstanding) == (PRICE, PRICE)
    assert calls(here) == 2
    assert [note.cost_cny for note in await spending.spent(here.storage)] == [PRICE, PRICE]


async def test_an_answer_of_yesterday(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 24 hours its addresses are dead: it is asked for anew without trying them."""
    here = studio()
    await dies(here, monkeypatch, PICTURE, (journal, "answered"), after=True)
    [entry] = await journal.entries(here.storage)
    assert entry.outcome
    old = entry.outcome.model_copy(update={"finished_at": entry.outcome.finished_at - timedelta(hours=25)})
    await journal.answered(here.storage, entry, old)
    assert (await here.run(PICTURE, results=False)).succeeded and calls(here) == 2
    assert here.emulator.counts["download"] == 1


@pytest.mark.slow
async def test_stopped_between_check_and_call(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that stands still after its last look at the lease, while another takes over and asks, asks nothing."""
    here = studio()
    monkeypatch.setenv("WANFLOW_LEASE_SECONDS", "0.4")
    first, woken = await stands_still(here, monkeypatch, "call", WORDS, results=False)
    second = await here.run(WORDS, results=False)
    woken.set()
    assert (await asyncio.wait_for(first, 60)).values == second.values and calls(here) == 1
