"""Rows of a table as parameters of a pipeline: read, checked and priced, together a campaign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows import arguments, film_rows, library
from flows.document import ENDINGS, InvalidInput, Problem, nearest
from flows.filming import plan_film
from flows.origins import parameter_behind
from flows.pipeline import Pipeline, load
from flows.plan import Plan
from flows.plan_step import PlanStep, total
from flows.producing import plan_pipeline
from flows.storyboard import Storyboard
from flows.table import TableRow, read_table
from tasks.session import Session

AT_ONCE = 4
_MOST_AT_ONCE = 64
FILM = "film"
_NAME = "name"
_OWN = ("pipeline", "at_once")
_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Row:
    """One production to be.

    Attributes:
        name: what people call it: the table's column ``name``, or the pipeline's name and the row's number.
        params: of the pipeline, the campaign's own ones included.
        storyboard: what they make, where the campaign makes films.
    """

    name: str
    source: TableRow
    params: dict[str, Any]
    storyboard: Storyboard | None = None

    @property
    def key(self) -> str:
        """Its number, as the name of a step."""
        return str(self.source.number)


@dataclass(frozen=True)
class Campaign:
    """A table and the pipeline that its rows are parameters of.

    Attributes:
        named: the pipeline as it was asked for.
        pipeline: None: the rows are films.
        base: the folder of the pipeline's file; of films, of the table.
        common: parameters of every row that does not say them itself.
    """

    table: Path
    named: str
    pipeline: Pipeline | None
    base: Path
    common: dict[str, Any]
    rows: tuple[Row, ...]
    at_once: int = AT_ONCE

    @property
    def title(self) -> str:
        """The table's name."""
        return self.table.stem

    @property
    def makes(self) -> str:
        """The pipeline's name, or ``film``."""
        return self.pipeline.pipeline if self.pipeline else FILM

    @property
    def about(self) -> str:
        """What each row becomes, in a line."""
        return f"{self.makes}: {self.pipeline.description if self.pipeline else 'a film of every storyboard.'}"

    @property
    def given_files(self) -> tuple[Path, ...]:
        """The music that the table or the campaign names itself: it may lie anywhere."""
        boards = [row.storyboard for row in self.rows if row.storyboard and "music" in row.params]
        return tuple(Path(board.music) for board in boards if board.music)

    def steps(self) -> list[tuple[str, str, str]]:
        """Name, title and work of every row, as `flows.asked.Asked.steps` gives them of steps."""
        return [(row.key, row.name, f"pipeline {self.makes}") for row in self.rows]


def asked_for(file: Path | None, given: list[str]) -> Campaign:
    """The campaign that a command names: a table, ``pipeline=NAME``, and parameters for every row.

    Raises:
        InvalidInput: it cannot be read; with row and column.
    """
    said = dict(arguments.pairs(given, "-p"))
    if file is None or "pipeline" not in said:
        wanted = "campaign needs a table and a pipeline: -f rows.csv -p pipeline=product-teaser"
        raise InvalidInput([Problem((), wanted)])
    pipeline, _ = _pipeline(said["pipeline"])
    at_once = said.get("at_once", str(AT_ONCE))
    if not at_once.isdigit() or not 1 <= int(at_once) <= _MOST_AT_ONCE:
        raise InvalidInput([Problem(("at_once",), f"must be a whole number, 1 to 64; got {at_once!r}")])
    given = [one for one in given if one.partition("=")[0].strip() not in _OWN]
    common = arguments.pipeline_params(pipeline, given) if pipeline else film_rows.common_of(given)
    return read_campaign(file, said["pipeline"], common, int(at_once))


def read_campaign(table: Path, named: str, common: dict[str, Any], at_once: int = AT_ONCE) -> Campaign:
    """A campaign from its table; relative paths in it start from its folder.

    Raises:
        InvalidInput: with the row and column of every problem that can be seen without a plan.
    """
    pipeline, base = _pipeline(named)
    sources = read_table(table)
    columns = list(dict.fromkeys(column for source in sources for column in source.values))
    known = list(pipeline.params if pipeline else film_rows.COLUMNS)
    heads = {one: one if pipeline else one.partition(".")[0] for one in (*columns, *common)}
    unknown = [one for one, head in heads.items() if head not in known and one != _NAME]
    if unknown:
        said = f"Known: {', '.join(known)}; `{_NAME}` names the production."
        raise InvalidInput(
            [Problem((), f"{table.name}: unknown column '{one}'.{nearest(one, known)} {said}") for one in unknown]
        )
    folder, rows, problems = table.resolve().parent, [], []
    base = base or folder
    for source in sources:
        try:
            rows.append(_row(source, pipeline, common, folder) if pipeline else _film_row(source, common, folder))
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(list(_shortened(problems)))
    return Campaign(table.resolve(), named, pipeline, base, common, tuple(rows), at_once)


def _pipeline(named: str) -> tuple[Pipeline | None, Path | None]:
    """A pipeline by its name or file, and the folder it may read; neither for films."""
    if named == FILM:
        return None, None
    if named.endswith(ENDINGS):
        return load(Path(named))[0], Path(named).resolve().parent
    known = library.pipelines()
    if named in known:
        return known[named], library.FOLDER
    said = library.not_there(named, [FILM, *known])
    raise InvalidInput([Problem((), f"{said} Or name a file such as my-film.yaml.")])


def _row(source: TableRow, pipeline: Pipeline, common: dict[str, Any], folder: Path) -> Row:
    values = dict(source.values)
    default = f"{pipeline.title or pipeline.pipeline} {source.number}"
    name = default if _NAME in pipeline.params else str(values.pop(_NAME, default))
    if not source.typed:
        values = {column: arguments.typed(pipeline, column, value) for column, value in values.items()}
    return Row(name, source, {**common, **arguments.anchored(pipeline, values, folder)})


def _film_row(source: TableRow, common: dict[str, Any], folder: Path) -> Row:
    values = {column: value for column, value in source.values.items() if column != _NAME}
    name = str(source.values[_NAME]) if _NAME in source.values else None
    storyboard, said = film_rows.film_of(replace(source, values=values), common, folder, name)
    return Row(name or storyboard.title, source, said, storyboard)


async def _plan_row(campaign: Campaign, row: Row, session: Session, asked: set[str]) -> Plan:
    if campaign.pipeline is not None:
        return await plan_pipeline(campaign.pipeline, row.params, session, asked)
    assert row.storyboard is not None
    return await plan_film(row.storyboard, session, asked)


async def plan_campaign(campaign: Campaign, session: Session) -> tuple[Plan, list[Plan]]:
    """Check and price every row. What several rows ask for is paid once.

    Returns:
        The campaign's plan, a step for each row; and the plan of each row.

    Raises:
        InvalidInput: with row and column of every problem.
    """
    plans: list[Plan] = []
    problems: list[Problem] = []
    asked: set[str] = set()
    for row in campaign.rows:
        try:
            plans.append(await _plan_row(campaign, row, session, asked))
        except InvalidInput as error:
            problems += [_in_table(campaign, row, problem) for problem in error.problems]
    if problems:
        raise InvalidInput(list(_shortened(list(dict.fromkeys(problems)))))
    steps = [_plan_step(campaign, row, plan) for row, plan in zip(campaign.rows, plans, strict=True)]
    unknown = [f"{row.name}: {step}" for row, plan in zip(campaign.rows, plans, strict=True) for step in plan.unknown]
    whole = Plan(
        pipeline="campaign",
        title=campaign.title,
        region=plans[0].region,
        steps=steps,
        deliver=list(dict.fromkeys(path for plan in plans for path in plan.deliver)),
        total_cny=sum((plan.total_cny for plan in plans), Decimal(0)),
        maybe_cny=sum((plan.maybe_cny for plan in plans), Decimal(0)),
        unknown=unknown,
        saved_cny=sum((plan.saved_cny for plan in plans), Decimal(0)),
        calls=sum(step.calls - step.again for step in steps),
        cached=sum(step.cached for step in steps),
        warnings=list(dict.fromkeys(warning for plan in plans for warning in plan.warnings)),
    )
    return whole, plans


def _plan_step(campaign: Campaign, row: Row, plan: Plan) -> PlanStep:
    """A row's plan as one line."""
    paid = [step for step in plan.steps if step.paid]
    lengths = [step.seconds for step in paid if step.seconds is not None]
    again = sum(step.again for step in paid)
    asks = any(step.choose == "person" and step.calls for step in plan.steps)
    return PlanStep(
        name=row.key,
        title=row.name,
        does=campaign.makes,
        paid=True,
        calls=plan.calls,
        cached=sum(step.cached for step in paid),
        again=again,
        seconds=sum(lengths) if lengths else None,
        quote_cny=None if plan.unknown else plan.total_cny,
        full_cny=total([step.full_cny for step in paid]),
        needs=[],
        choose="person" if asks else None,
        note=f"{again} of {plan.calls} generations are asked for by a row before, too: paid once" if again else "",
    )


def _in_table(campaign: Campaign, row: Row, problem: Problem) -> Problem:
    """A problem of a row's production, at its row and column."""
    if campaign.pipeline is None:
        return film_rows.in_row(row.source, row.params, problem)
    column = parameter_behind(campaign.pipeline, problem.at if problem.given is None else problem.given)
    if column in campaign.pipeline.params and not any(column in one.source.values for one in campaign.rows):
        if column in campaign.common:
            return replace(problem, at=(column,), place="")
        return Problem((), f"{campaign.table.name}: column {column}: {problem.message}")
    said = f"{problem.at[1]}: {problem.message}" if problem.at[:1] == ("steps",) else problem.message
    return Problem((), f"{row.source.where(column)}: {said}")


def _shortened(problems: list[Problem]) -> Iterator[Problem]:
    yield from problems[:_MOST_PROBLEMS]
    if len(problems) > _MOST_PROBLEMS:
        yield Problem((), f"and {len(problems) - _MOST_PROBLEMS} more")
