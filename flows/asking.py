"""Asking a person: which variant to go on with, and whether a plan may be paid. In the UI the run pauses with a form.

With a Prefect server the flow run pauses until somebody answers there; without one a terminal asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from prefect.context import FlowRunContext
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import apause_flow_run
from prefect.input import RunInput
from prefect.settings import PREFECT_API_URL
from prefect.utilities.urls import url_for
from pydantic import Field, create_model

from blocks.storage import MediaStorage
from flows.document import InvalidInput, Problem
from flows.wording import plural
from tasks import reporting
from tasks.asset import Asset
from tasks.session import current

if TYPE_CHECKING:
    from flows.plan import Plan

log = logging.getLogger("wanflow")

WAIT_SECONDS = 24 * 3600
"""How long a run waits for an answer. Run again later, it asks again until it has one; nothing is paid twice."""


POLL_SECONDS = 2
"""How often the run looks whether somebody answered."""


class NotAnswered(Exception):
    """A person was asked and gave no answer in time."""


class NotApproved(Exception):
    """A person looked at the plan and said no. Nothing was sent."""


@dataclass(frozen=True)
class Question:
    """Something with several answers.

    Attributes:
        answers: a line for each, e.g. where the variant is.
        words: what may be typed instead of their numbers; none where only numbers are short.
        sheet: a picture of them all, with their numbers.
    """

    title: str
    answers: list[str]
    words: tuple[str, ...] = ()
    sheet: Asset | None = None
    pipeline: str = "production"


@dataclass(frozen=True)
class Manner:
    """How a run treats what a person would decide.

    Attributes:
        approve: somebody has to approve the plan before anything is sent.
        choose_first: nobody is asked; ``choose: person`` takes the first variant where no answer is kept.
    """

    approve: bool = False
    choose_first: bool = False


Terminal = Callable[[Question], Awaitable[int]]

manner: ContextVar[Manner] = ContextVar("wanflow_manner", default=Manner())  # noqa: B039 - frozen
terminal: ContextVar[Terminal | None] = ContextVar("wanflow_terminal", default=None)
"""Asks at the terminal and gives the answer's number, from 0; set by the command line where somebody sits there."""


waiting: ContextVar[Callable[[str], None] | None] = ContextVar("wanflow_waiting", default=None)
"""Told that a run waits for a person, and where to answer; set by the command line. Else it is logged."""


def settle(*, approve: bool, choose_first: bool) -> None:
    """What a flow's parameters say, beside what the command line said."""
    said = manner.get()
    manner.set(Manner(approve or said.approve, choose_first or said.choose_first))


def has_server() -> bool:
    """Whether a Prefect server runs beyond this process, with a UI where somebody can answer."""
    return bool(PREFECT_API_URL.value())


def check_answerable(plan: Plan, *, at_terminal: bool = False) -> None:
    """Let a plan pass whose questions somebody can answer.

    Raises:
        InvalidInput: it needs a person and there is none; nothing was sent.
    """
    if has_server() or at_terminal or terminal.get() is not None:
        return
    said = manner.get()
    nobody = "and nobody can be asked here: run it at a terminal without --json, or with a server (wanflow up)"
    asks = [step.title for step in plan.steps if step.choose == "person" and step.calls and not step.decided]
    problems = []
    if asks and not said.choose_first:
        message = f"a person chooses the variant of {', '.join(asks)}, {nobody}, or take the first: --choose-first"
        problems.append(Problem((), message))
    if said.approve:
        problems.append(Problem((), f"a person approves the plan, {nobody}"))
    if problems:
        raise InvalidInput(problems)


async def choose(question: Question, storage: MediaStorage) -> int:
    """The number of the answer that a person gives, from 0.

    Raises:
        NotAnswered: there was none in time.
    """
    at_terminal = terminal.get()
    async with current().lock("a person"):  # one question at a time
        if at_terminal is not None:
            return await at_terminal(question)
        if question.sheet is not None:
            async with storage.local_copy(question.sheet.path) as path:
                jpeg = await asyncio.to_thread(path.read_bytes)
            await reporting.contact_sheet_artifact(jpeg, pipeline=f"{question.pipeline}-variants", title=question.title)
        numbers = tuple(str(number) for number in range(1, len(question.answers) + 1))
        number_of: Any = Literal[numbers]
        form = create_model(
            "Variant",
            __base__=RunInput,
            variant=(number_of, Field(default="1", description="The number on the contact sheet.")),
        )
        lines = [f"{number}. `{answer}`" for number, answer in enumerate(question.answers, 1)]
        sheet = "The contact sheet is among the run's artifacts." if question.sheet else ""
        words = "\n".join([f"**{question.title}**", "", *lines, "", sheet])
        given = await _paused(form, words, question.title, "with --choose-first, which takes the first")
        return int(given.variant) - 1


async def approve(plan: Plan, what: str = "") -> None:
    """Go on when a person approves a plan, if the run asks for that.

    Args:
        what: more to look at, as markdown, e.g. the storyboard.

    Raises:
        NotApproved: the person said no, or nothing in time. Nothing was sent.
    """
    if not manner.get().approve:
        return
    price = f"{reporting.price(plan.total_cny)}" + (
        f" and {len(plan.unknown)} of unknown price" if plan.unknown else ""
    )
    at_terminal = terminal.get()
    if at_terminal is not None:
        title = f"{plan.title}: {plural(plan.calls - plan.cached, 'generation')} to pay, {price}. Go on?"
        if await at_terminal(Question(title, ["yes, send it", "no, send nothing"], ("yes", "no"))) == 0:
            return
        raise NotApproved("the plan was not approved; nothing was sent")
    form = create_model(
        "Approval",
        __base__=RunInput,
        approve=(bool, Field(default=False, description="Send it and pay for it.")),
    )
    table = ["| step | does | calls | price |", "| --- | --- | --- | --- |"]
    table += [f"| {one.title} | {one.does} | {one.calls} | {_priced(one)} |" for one in plan.steps]
    try:
        words = "\n".join([f"**{plan.title}**: {price}", "", *table, "", what])
        given = await _paused(form, words, f"{plan.title}: {price}, go on?", "without --approve")
    except NotAnswered as error:
        raise NotApproved(f"{error}; nothing was sent") from None
    if not given.approve:
        raise NotApproved("the plan was not approved; nothing was sent")


def _priced(step: Any) -> str:
    return reporting.price(step.quote_cny) if step.paid else "–"


async def _paused(form: type[RunInput], description: str, question: str, otherwise: str) -> Any:
    """What a person fills into a form in the UI, while the flow run pauses.

    Args:
        question: in a line, for who started the run.
        otherwise: how to run it without being asked.
    """
    context = FlowRunContext.get()
    if context is None:
        raise NotAnswered("nobody can be asked outside of a flow run")
    where = url_for("flow-run", obj_id=context.flow_run.id) if context.flow_run else None
    told = waiting.get() or log.info
    told(f"Waits for a person: {question}\n  Answer at {where or 'the Prefect UI'} within {WAIT_SECONDS // 3600} h.")
    told(f"  Or stop it (Ctrl-C) and run it again {otherwise}; nothing is paid twice.")
    try:
        return await apause_flow_run(
            wait_for_input=form.with_initial_data(description=description),
            timeout=WAIT_SECONDS,
            poll_interval=POLL_SECONDS,
        )
    except FlowPauseTimeout:
        raise NotAnswered(f"nobody answered within {WAIT_SECONDS // 3600} hours") from None
