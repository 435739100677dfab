"""What a command names: a film with its storyboard, a campaign with its table, or a pipeline with its parameters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from flows import arguments, library, productions
from flows.document import ENDINGS, Document, InvalidInput, Location, Problem, read_document
from flows.film import compile_film, foreseen
from flows.pipeline import Pipeline, load
from flows.plan import Plan
from flows.producing import plan_pipeline
from flows.production import Production
from flows.rows import Campaign, asked_for, plan_campaign
from flows.storyboard import Storyboard, load_storyboard
from tasks.session import Session


class Asked:
    """What is to be planned or run.

    Args:
        pipeline: a built-in pipeline's name, or a file: a pipeline, or a storyboard.
        file: a storyboard for ``film``, a table for ``campaign``, a file of parameters for everything else.
        given: ``KEY=VALUE`` arguments; they go over what files say.

    Raises:
        InvalidInput: it cannot be read; with the place of every problem.
    """

    def __init__(self, pipeline: str, file: Path | None, given: list[str]) -> None:
        self.documents: list[Document] = []
        self.storyboard: Storyboard | None = None
        self.campaign: Campaign | None = None
        self.pipeline: Pipeline | None = None
        self.params: dict[str, Any] = {}
        self.base: Path | None = None
        self.given_files: tuple[Path, ...] = ()
        path = Path(pipeline)
        if path.suffix in ENDINGS:
            self._named_by_file(path, file, given)
        elif pipeline == "film":
            self._film(file, given)
        elif pipeline == "campaign":
            self.campaign = asked_for(file, given)
            self.base, self.given_files = self.campaign.base, self.campaign.given_files
        elif pipeline in library.pipelines():
            self.pipeline = library.pipelines()[pipeline]
            self._params(file, given)
        else:
            said = library.not_there(pipeline, ["film", "campaign", *library.pipelines()])
            raise InvalidInput([Problem((), f"{said} Or name a file such as my-film.yaml.")])

    def _named_by_file(self, path: Path, file: Path | None, given: list[str]) -> None:
        data = read_document(path).data
        if isinstance(data, dict) and "steps" not in data and ("scenes" in data or "brief" in data):
            self._film(path, given)
            return
        self.pipeline, document = load(path)
        self.base = path.resolve().parent
        self._params(file, given)
        self.documents.append(document)

    def _film(self, file: Path | None, given: list[str]) -> None:
        if file is None and not given:
            raise InvalidInput([Problem((), "film needs a storyboard: -f storyboard.yaml, or -p title=… -p brief=…")])
        if file is None:
            self.storyboard = arguments.read_storyboard({}, given)
            return
        self.base = file.resolve().parent
        self.storyboard, document = load_storyboard(file, lambda data: arguments.storyboard(data, given))
        self.documents.append(document)
        if self.storyboard.music and any(item.partition("=")[0].strip() == "music" for item in given):
            self.given_files = (Path(self.storyboard.music),)

    def _params(self, file: Path | None, given: list[str]) -> None:
        assert self.pipeline is not None
        data: Any = {}
        if file is not None:
            document = read_document(file)
            data = document.data or {}
            if not isinstance(data, dict):
                raise InvalidInput([Problem((), "a file of parameters holds `name: value` lines")], document)
            self.documents.append(document)
            data = arguments.anchored(self.pipeline, data, file.resolve().parent)
        self.params = arguments.pipeline_params(self.pipeline, given, data)

    def placed(self, error: InvalidInput) -> InvalidInput:
        """The same problems with file, line and column, where a file says them."""
        if error.document is not None:
            return error
        return InvalidInput([self._placed(one) for one in error.problems])

    def _placed(self, problem: Problem) -> Problem:
        given = problem.given or ()
        said = self._place(given[1:]) if given[:1] == ("params",) else ""
        given_by = f"parameter {given[1]} ({said})" if said else problem.given_by
        return replace(problem, place=problem.place or self._place(problem.at), given_by=given_by)

    def _place(self, at: Location) -> str:
        said = next((document for document in self.documents if at[:1] in document.marks), None)
        if said is None and self.storyboard is not None:
            said = next(iter(self.documents), None)
        return said.place(at) if said and at else ""

    async def plan(self, session: Session) -> Plan:
        """Check and price it.

        Raises:
            InvalidInput: with every problem and its place.
        """
        try:
            if self.storyboard is not None:
                return await productions.plan_film(self.storyboard, session)
            if self.campaign is not None:
                return (await plan_campaign(self.campaign, session))[0]
            assert self.pipeline is not None
            return await plan_pipeline(self.pipeline, self.params, session)
        except InvalidInput as error:
            raise self.placed(error) from None

    async def run(self) -> Production:
        """Run it as a Prefect flow.

        Raises:
            InvalidInput: it cannot run; nothing was sent.
            ProductionFailed: nothing was delivered.
        """
        try:
            if self.storyboard is not None:
                return await productions.film(self.storyboard)
            if self.campaign is not None:
                asked = self.campaign
                return await productions.campaign(str(asked.table), asked.named, asked.common, asked.at_once)
            assert self.pipeline is not None
            return await productions.pipeline_flow(self.pipeline, self.base)(**self.params)  # type: ignore[no-any-return]
        except InvalidInput as error:
            raise self.placed(error) from None

    def steps(self) -> list[tuple[str, str, str]]:
        """Name, title and work of every step, as far as it is known before the run; of a campaign, of every row."""
        if self.campaign is not None:
            return self.campaign.steps()
        if self.storyboard is not None:
            board = foreseen(self.storyboard) if self.storyboard.brief else self.storyboard
            pipeline = compile_film(board).pipeline
        else:
            assert self.pipeline is not None
            pipeline = self.pipeline
        return [(name, step.title or name, step.does) for name, step in pipeline.steps.items()]
