"""From a storyboard to its film within a flow run: written if it is only a brief, planned, produced."""

from __future__ import annotations

from blocks import catalog
from blocks.catalog import InvalidRequest, UnknownModel
from flows import film as films
from flows.document import InvalidInput, Problem
from flows.kinds import no_model
from flows.plan import Plan
from flows.producing import plan_pipeline, produce
from flows.production import Production
from flows.storyboard import Brief, Storyboard
from tasks.generation import generate
from tasks.places import not_served
from tasks.prices import price
from tasks.records import Failure, Generation
from tasks.session import Session


class NotWritten(Exception):
    """No storyboard came of a brief, although its model was asked.

    Attributes:
        advice: what to do about it, where that is known.
    """

    code = "NotWritten"

    def __init__(self, said: str, *, advice: str | None = None) -> None:
        super().__init__(said)
        self.advice = advice


async def plan_film(storyboard: Storyboard, session: Session, asked: set[str] | None = None) -> Plan:
    """Check and price a storyboard's film; a brief's is priced by the scenes it asks for. ``asked`` as in `make_plan`.

    Raises:
        InvalidInput: with the place in the storyboard of every problem.
    """
    if storyboard.brief is not None:
        await _check_writer(storyboard.brief, session)
    made = films.compile_film(films.foreseen(storyboard) if storyboard.brief else storyboard)
    try:
        # What is not written yet equals nothing that others ask for.
        plan = await plan_pipeline(made.pipeline, {}, session, asked if storyboard.brief is None else None)
    except InvalidInput as error:
        raise films.in_storyboard(made, error) from None
    if storyboard.brief is None:
        return plan
    most = catalog.quote(films.writing_request(storyboard.brief), region=session.region).most
    bound = "" if most is None else f", {price(most)} at most,"
    said = f"{storyboard.brief.model} writes the storyboard first; its price per token{bound} is not part of this"
    return plan.model_copy(
        update={"unknown": ["storyboard", *plan.unknown], "warnings": [said, *plan.warnings]},
    )


async def _check_writer(brief: Brief, session: Session) -> None:
    """Refuse a brief that no model would write: there is none, it writes no text, or the region lacks it."""
    try:
        missing = await not_served(films.writing_request(brief), session)
        wrong = missing and f"{missing}".removeprefix(f"{missing.field}: ")
    except UnknownModel as error:
        wrong = no_model(error)
    except InvalidRequest:
        wrong = f"{brief.model} writes no text"
    if wrong:
        raise InvalidInput([Problem(("brief", "model"), wrong)])


async def make_film(storyboard: Storyboard, session: Session, *, title: str | None = None) -> Production:
    """Write a storyboard if it is a brief, then film it.

    Args:
        title: of the production; the storyboard's own if absent.

    Raises:
        InvalidInput: it cannot be filmed.
        NotWritten: no storyboard came of the brief.
        ProductionFailed: nothing was delivered.
    """
    before: list[tuple[str, Generation]] = []
    if storyboard.brief is not None:
        answer = await generate(films.writing_request(storyboard.brief), label="storyboard")
        before.append(("storyboard", answer))
        if not answer.succeeded:
            failure = answer.failure or Failure(code=None, message="it gave no reason")
            said = f"brief: {storyboard.brief.model} wrote no storyboard: {failure.message}"
            raise NotWritten(said, advice=failure.advice)
        try:
            storyboard = films.written(storyboard, answer)
        except InvalidInput as error:
            raise NotWritten(str(error)) from None
    made = films.compile_film(storyboard)
    return await produce(
        made.pipeline,
        {},
        session,
        await plan_film(storyboard, session),
        title=title or storyboard.title,
        files={"storyboard.yaml": films.storyboard_text(storyboard)},
        describe=lambda run, delivered: films.describe_scenes(made, run, delivered),
        before=before,
    )
