"""What the commands do: find what is to run, open the session, run it, and say how it went."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.text import Text

from blocks import catalog
from blocks.catalog import InvalidRequest, UnknownModel
from flows import arguments, library, productions
from flows.document import Document, InvalidInput, Problem, nearest, read_document
from flows.film import compile_film, foreseen
from flows.pipeline import Pipeline, load
from flows.plan import Plan, make_plan
from flows.production import Production
from flows.storyboard import Storyboard, load_storyboard
from flows.terminal import Progress, err, money, out
from tasks.records import Generation
from tasks.session import open_session, uses_emulator

PreparedRun = tuple[list[tuple[str, str, str]], Callable[[], Awaitable[Production]], Path | None]


class Asked:
    """What a command names: a film with its storyboard, or a pipeline with its parameters."""

    def __init__(self, pipeline: str, file: Path | None, given: list[str]) -> None:
        self.document: Document | None = None
        self.storyboard: Storyboard | None = None
        self.pipeline: Pipeline | None = None
        self.params: dict[str, Any] = {}
        self.base: Path | None = None
        path = Path(pipeline)
        if path.suffix in (".yaml", ".yml", ".json"):
            self._named_by_file(path, file, given)
        elif pipeline == "film":
            self._film(file, given)
        elif pipeline in library.pipelines():
            self.pipeline = library.pipelines()[pipeline]
            self._params(file, given)
        else:
            known = ["film", *library.pipelines()]
            message = f"there is no pipeline '{pipeline}'.{nearest(pipeline, known)} Known: {', '.join(known)};"
            raise InvalidInput([Problem((), f"{message} or give a file such as my-film.yaml")])

    def _named_by_file(self, path: Path, file: Path | None, given: list[str]) -> None:
        data = read_document(path).data
        if isinstance(data, dict) and "steps" not in data and ("scenes" in data or "brief" in data):
            self._film(path, given)
            return
        self.pipeline, self.document = load(path)
        self.base = path.resolve().parent
        self._params(file, given)

    def _film(self, file: Path | None, given: list[str]) -> None:
        if file is None and not given:
            raise InvalidInput([Problem((), "film needs a storyboard: -f storyboard.yaml, or -p title=… -p brief=…")])
        if file is None:
            self.storyboard = arguments.read_storyboard({}, given)
            return
        self.base = file.resolve().parent
        self.storyboard, self.document = load_storyboard(file)
        if given:
            laid_over = arguments.read_storyboard(self.document.data, given)
            from flows.storyboard import anchored

            self.storyboard = anchored(laid_over, self.base)

    def _params(self, file: Path | None, given: list[str]) -> None:
        assert self.pipeline is not None
        data: Any = {}
        if file is not None:
            document = read_document(file)
            data = document.data or {}
            if not isinstance(data, dict):
                raise InvalidInput([Problem((), "a file of parameters holds `name: value` lines")], document)
            self.document = self.document or document
            self.base = file.resolve().parent
        self.params = arguments.pipeline_params(self.pipeline, given, data)

    def placed(self, error: InvalidInput) -> InvalidInput:
        """The same problems with file, line and column, when a file says them."""
        if error.document is not None or self.document is None:
            return error
        return error.within(self.document)

    async def plan(self, session: Any) -> Plan:
        """Check and price it.

        Raises:
            InvalidInput: with every problem and its place.
        """
        try:
            if self.storyboard is not None:
                return await productions.plan_film(self.storyboard, session)
            assert self.pipeline is not None
            return await make_plan(
                self.pipeline,
                self.params,
                storage=session.storage,
                emulated=session.emulated,
                region=session.region,
                base=self.base,
            )
        except InvalidInput as error:
            raise self.placed(error) from None

    async def run(self) -> Production:
        """Run it as a Prefect flow."""
        try:
            if self.storyboard is not None:
                return await productions.film(self.storyboard)
            assert self.pipeline is not None
            return await productions.pipeline_flow(self.pipeline, self.base)(**self.params)  # type: ignore[no-any-return]
        except InvalidInput as error:
            raise self.placed(error) from None

    def steps(self) -> list[tuple[str, str, str]]:
        """Name, title and work of every step, as far as it is known before the run."""
        if self.storyboard is not None:
            board = foreseen(self.storyboard) if self.storyboard.brief else self.storyboard
            pipeline = compile_film(board).pipeline
        else:
            assert self.pipeline is not None
            pipeline = self.pipeline
        return [(name, step.title or name, step.does) for name, step in pipeline.steps.items()]


async def plan_of(pipeline: str, file: Path | None, given: list[str], storage: str | None) -> Plan:
    """The plan of what a command names.

    Raises:
        InvalidInput: with every problem and its place.
    """
    asked = Asked(pipeline, file, given)
    async with open_session(storage, base=asked.base, offline=True) as session:
        return await asked.plan(session)


async def run_of(
    pipeline: str, file: Path | None, given: list[str], storage: str | None, max_cost: Decimal | None, *, quiet: bool
) -> Production:
    """Run what a command names, showing how it goes.

    Raises:
        InvalidInput: it cannot run; nothing was sent.
        DashScopeError: the service refuses the key or cannot be reached; nothing was sent.
    """
    asked = Asked(pipeline, file, given)
    async with open_session(storage, max_cost=max_cost, base=asked.base) as session:
        plan = await asked.plan(session)
        await session.preflight()
        if not quiet:
            where = "the embedded emulator (no key is set: an animatic, free)" if uses_emulator() else session.service
            err.print(
                Text(f"{plan.title}: {plan.calls} generations, {plan.cached} cached, {money(plan.total_cny)}; {where}")
            )
        progress = Progress(asked.steps(), quiet=quiet)
        token = productions.listener.set(progress)
        try:
            with progress.shown():
                return await asked.run()
        except productions.ProductionFailed as failed:
            return failed.production
        finally:
            productions.listener.reset(token)


def summary(production: Production) -> dict[str, Any]:
    """A production as one JSON document."""
    manifest = production.manifest
    return {
        "production": manifest.production,
        "title": manifest.title,
        "state": manifest.state,
        "folder": production.uri,
        "page": production.page,
        "deliverables": [
            {
                "path": one.path,
                "uri": one.asset.uri,
                "media_type": one.asset.media_type,
                "bytes": one.asset.bytes,
                "sha256": one.asset.sha256,
                "seconds": one.asset.seconds,
            }
            for one in manifest.deliverables
        ],
        "cost": _money(manifest.cost_cny),
        "saved": _money(manifest.saved_cny),
        "unknown_costs": manifest.unknown_costs,
        "cached": sum(one.cached for one in manifest.generations),
        "steps": [{"name": one.name, "state": one.state, "reason": one.reason} for one in manifest.steps],
        "generations": [
            {"step": one.step, "model": one.model, "task_id": one.task_id, "status": one.status, "cached": one.cached}
            for one in manifest.generations
        ],
        "error": None,
    }


def bodies_of(
    model: str | None, request: Path | None, requests: Path | None, inputs: list[str], parameters: list[str]
) -> list[dict[str, Any]]:
    """The requests that a ``generate`` command names, in the wire form.

    Raises:
        InvalidInput: none is named, more than one way is used, or a file cannot be read.
    """
    ways = [model is not None, request is not None, requests is not None]
    if sum(ways) != 1:
        raise InvalidInput([Problem((), "give one of: --request FILE, --requests FILE.jsonl, or MODEL -i KEY=VALUE …")])
    if model is not None:
        try:
            return [arguments.request_body(model, inputs, parameters)]
        except UnknownModel as error:
            raise InvalidInput([Problem((), str(error))]) from None
    if inputs or parameters:
        raise InvalidInput([Problem((), "-i and -p go with MODEL; a file holds the whole request")])
    if request is not None:
        return [_json_object(_text(request), str(request))]
    assert requests is not None
    lines = [(number, line) for number, line in enumerate(_text(requests).splitlines(), 1) if line.strip()]
    if not lines:
        raise InvalidInput([Problem((), f"{requests}: holds no request")])
    return [_json_object(line, f"{requests}:{number}") for number, line in lines]


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidInput([Problem((), f"cannot read {path}: {reason}")]) from None


def _json_object(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput([Problem((), f"{where}: not valid JSON: {error.msg} at column {error.colno}")]) from None
    if not isinstance(found, dict):
        raise InvalidInput([Problem((), f'{where}: expected {{"model": …, "input": …, "parameters": …}}')])
    return found


async def generate_all(
    bodies: list[dict[str, Any]],
    storage: str | None,
    take: int,
    max_cost: Decimal | None,
    truncate: bool,
    *,
    quiet: bool,
) -> list[Generation]:
    """Generate requests as a Prefect flow, all of them checked before the first is sent.

    Raises:
        InvalidInput: one of them would be refused; nothing was sent.
    """
    problems: list[Problem] = []
    for number, body in enumerate(bodies):
        said = {key: value for key, value in body.items() if key != "truncate"}
        try:
            catalog.request(said, truncate=truncate or bool(body.get("truncate")))
        except InvalidRequest as error:
            at = (f"request {number + 1}",) if len(bodies) > 1 else ()
            problems.append(Problem(at, str(error)))
    if problems:
        raise InvalidInput(problems)
    async with open_session(storage, max_cost=max_cost) as session:
        await session.preflight()
        if not quiet:
            err.print(Text(f"{len(bodies)} request(s) to {session.service}", style="dim"))
        return await productions.generate(bodies, take=take, truncate=truncate)


def generations_json(generations: list[Generation]) -> dict[str, Any]:
    """Generations as the one JSON document of ``wanflow generate --json``."""
    return {
        "generations": [
            {
                "fingerprint": one.fingerprint,
                "model": one.model,
                "status": str(one.status) if one.status else "FAILED",
                "task_id": one.task_id,
                "cached": one.cached,
                "usage": one.usage,
                "cost": _money(one.cost_cny),
                "outputs": [
                    {"uri": asset.uri, "media_type": asset.media_type, "bytes": asset.bytes, "sha256": asset.sha256}
                    for asset in one.assets
                ],
                "values": one.values,
                "error": {"code": one.failure.code, "message": one.failure.message} if one.failure else None,
            }
            for one in generations
        ]
    }


def _money(amount: Decimal | None) -> dict[str, Any] | None:
    return None if amount is None else {"amount": float(amount), "currency": "CNY"}


def show_generations(generations: list[Generation]) -> None:
    """A block of lines for each generation: what it gave, what it cost, or why it failed."""
    for one in generations:
        if one.failure is not None:
            said = ": ".join(part for part in (one.failure.code, one.failure.message) if part)
            out.print(Text(f"✗ {one.model}  {said}", style="red"))
            if one.failure.advice:
                out.print(Text(f"  {one.failure.advice}", style="dim"))
            continue
        state = "cached" if one.cached else f"{one.seconds_taken or 0:.0f} s"
        out.print(Text(f"✓ {one.model}  {money(one.cost_cny)}  {state}", style="green"))
        for asset in one.assets:
            out.print(Text(f"  {asset.uri}"), soft_wrap=True)
        for name, value in one.values.items():
            out.print(Text(f"  {name}: {value}"), soft_wrap=True)
