"""``wanflow``: a thin face over the flows. Everything it does can be done from Python and from the Prefect UI."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from flows.settings import apply_defaults

if TYPE_CHECKING:
    from flows.options import Options

T = TypeVar("T")

app = typer.Typer(
    name="wanflow",
    help="Turn a storyboard, a picture or any brief into finished media. Plan it, price it, run it, pay once.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

DONE, WRONG_INPUT, REFUSED, PARTLY, INTERRUPTED = 0, 2, 3, 4, 130

PipelineName = Annotated[str, typer.Argument(metavar="PIPELINE", help="A built-in pipeline's name, or a file.")]
FileOption = Annotated[
    Path | None, typer.Option("-f", "--file", metavar="FILE", help="A storyboard (film) or a file of parameters.")
]
ParamOption = Annotated[
    list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter; over those of the file.")
]
StorageOption = Annotated[
    str | None, typer.Option("--storage", metavar="URL", help="Where results land; default ./media or WANFLOW_STORAGE.")
]
CheckOption = Annotated[
    bool, typer.Option("--check-inputs", help="Look at files behind web addresses, too, before they are paid for.")
]
AmbiguousOption = Annotated[
    str,
    typer.Option(
        "--on-ambiguous",
        metavar="fail|resubmit",
        help="When nobody can tell whether a submit was accepted: stop it, or send it again and risk paying twice.",
    ),
]
AllowOption = Annotated[
    list[Path] | None,
    typer.Option("--allow-files", metavar="DIR", help="A folder that the pipeline file may read beside its own."),
]
MaxCostOption = Annotated[str | None, typer.Option("--max-cost", metavar="CNY", help="Never spend more than this.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Show Prefect's own log.")]


@app.command()
def plan(
    pipeline: PipelineName,
    file: FileOption = None,
    param: ParamOption = None,
    storage: StorageOption = None,
    check_inputs: CheckOption = False,
    allow_files: AllowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Price and check a pipeline; nothing is sent."""
    _prepare(verbose=False)
    options = _options(as_json, storage=storage, check_inputs=check_inputs, allow_files=allow_files)

    async def work() -> Any:
        from flows.commands import plan_of

        return await plan_of(pipeline, file, param or [], options)

    found = _run(work, as_json)
    if as_json:
        _print_json(found.model_dump(mode="json"))
    else:
        from flows.terminal import show_plan

        show_plan(found)


@app.command()
def run(
    pipeline: PipelineName,
    file: FileOption = None,
    param: ParamOption = None,
    storage: StorageOption = None,
    max_cost: MaxCostOption = None,
    check_inputs: CheckOption = False,
    on_ambiguous: AmbiguousOption = "fail",
    allow_files: AllowOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Run a pipeline and deliver its production."""
    _prepare(verbose=verbose)
    options = _options(
        as_json,
        storage=storage,
        max_cost=max_cost,
        check_inputs=check_inputs,
        on_ambiguous=on_ambiguous,
        allow_files=allow_files,
    )

    async def work() -> Any:
        from flows.commands import run_of

        return await run_of(pipeline, file, param or [], options, quiet=as_json)

    production = _run(work, as_json)
    if as_json:
        from flows.commands import summary

        _print_json(summary(production))
    else:
        from flows.terminal import show_production

        show_production(production.manifest, production.uri, production.page)
    raise typer.Exit({"done": DONE, "partly": PARTLY}.get(production.state, REFUSED))


@app.command()
def generate(
    model: Annotated[str | None, typer.Argument(metavar="MODEL")] = None,
    request: Annotated[Path | None, typer.Option("--request", help="A file in the wire form; - for stdin.")] = None,
    requests: Annotated[Path | None, typer.Option("--requests", help="A file with one request a line.")] = None,
    inputs: Annotated[list[str] | None, typer.Option("-i", "--input", metavar="KEY=VALUE")] = None,
    parameters: Annotated[list[str] | None, typer.Option("-p", "--parameter", metavar="KEY=VALUE")] = None,
    storage: StorageOption = None,
    take: Annotated[int, typer.Option("--take", min=1, help="2 and more: the same request anew.")] = 1,
    max_cost: MaxCostOption = None,
    truncate: Annotated[bool, typer.Option("--truncate", help="Cut over-long text at the model's limit.")] = False,
    check_inputs: CheckOption = False,
    on_ambiguous: AmbiguousOption = "fail",
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Generate single requests; what was finished before is not asked for again."""
    _prepare(verbose=verbose)
    options = _options(
        as_json, storage=storage, max_cost=max_cost, check_inputs=check_inputs, on_ambiguous=on_ambiguous
    )

    async def work() -> Any:
        from flows.generating import asks_of, generate_all

        asks = asks_of(model, request, requests, inputs or [], parameters or [])
        return await generate_all(asks, options, take, truncate, quiet=as_json)

    generations = _run(work, as_json)
    from flows.generating import generations_json, show_generations

    if as_json:
        _print_json(generations_json(generations))
    else:
        show_generations(generations)
    failed = sum(not one.succeeded for one in generations)
    raise typer.Exit(DONE if not failed else REFUSED if failed == len(generations) else PARTLY)


@app.command()
def pipelines(as_json: JsonOption = False) -> None:
    """List the built-in pipelines."""
    from flows.listing import pipelines_listed, show_pipelines

    if as_json:
        _print_json(pipelines_listed())
    else:
        show_pipelines()


@app.command()
def models(model: Annotated[str | None, typer.Argument(metavar="MODEL")] = None, as_json: JsonOption = False) -> None:
    """List the models, or show one: fields, limits, prices, regions, an example."""
    from flows.listing import model_described, models_listed, show_model, show_models

    def look() -> Any:
        return models_listed() if model is None else model_described(model)

    found = _guarded(look, as_json)
    if as_json:
        _print_json(found)
    elif model is None:
        show_models()
    else:
        show_model(found)


@app.command()
def emulator(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8100,
    state: Annotated[Path | None, typer.Option("--state", help="A folder that survives a restart.")] = None,
    scenario: Annotated[Path | None, typer.Option("--scenario", help="A file that makes it misbehave.")] = None,
    render: Annotated[str, typer.Option("--render", help="full, or none: one small clip at full speed.")] = "full",
) -> None:
    """Run the embedded service alone, for previews and tests."""
    if render not in ("full", "none"):
        _fail(f"--render takes full or none, got {render!r}", "InvalidInput", WRONG_INPUT, as_json=False)
    from blocks.emulator import serve

    serve(host=host, port=port, state=state, scenario_file=scenario, render=render)  # type: ignore[arg-type]


@app.command()
def up(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of Prefect's server and UI.")] = 4200,
    emulator_port: Annotated[int, typer.Option("--emulator-port", min=1, max=65535)] = 8100,
) -> None:
    """Start Prefect's server and UI, serve the deployments, and the emulator when there is no key."""
    apply_defaults()
    from flows.up import up as start

    raise typer.Exit(start(port=port, emulator_port=emulator_port))


@app.command()
def doctor(storage: StorageOption = None, as_json: JsonOption = False) -> None:
    """Say what is configured, what is reachable, what is missing."""
    _prepare(verbose=False)
    from flows.doctor import doctor as examine

    raise typer.Exit(examine(storage=storage, as_json=as_json))


def _prepare(*, verbose: bool) -> None:
    """Settle Prefect's settings before it is imported; its log stays off the terminal unless asked for."""
    apply_defaults()
    if not verbose:
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
        os.environ.setdefault("PREFECT_LOGGING_LOGGERS_PREFECT_LEVEL", "INFO")


def _run(work: Callable[[], Coroutine[Any, Any, T]], as_json: bool) -> T:
    return _guarded(lambda: asyncio.run(work()), as_json)


def _guarded(work: Callable[[], T], as_json: bool) -> T:
    """Do it; what the user can mend ends in one clear message and the right exit code."""
    from blocks.catalog import InvalidRequest
    from flows.document import InvalidInput

    try:
        return work()
    except (InvalidInput, InvalidRequest) as error:
        _fail(str(error), "InvalidInput", WRONG_INPUT, as_json)
    except KeyboardInterrupt:
        _fail(
            "Interrupted. What is under way can be picked up: run the same command again.",
            "Interrupted",
            INTERRUPTED,
            as_json,
        )
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        _fail(_said(error), getattr(error, "code", None) or type(error).__name__, code, as_json)


def _exit_code(error: Exception) -> int | None:
    from blocks.storage import StorageUnusable
    from tasks.budget import BudgetExceeded

    if isinstance(error, StorageUnusable | BudgetExceeded) or _misconfigured(error):
        return WRONG_INPUT
    from blocks.client.errors import DashScopeError
    from flows.productions import ProductionFailed

    return REFUSED if isinstance(error, DashScopeError | ProductionFailed) else None


def _misconfigured(error: Exception) -> bool:
    """Whether a block refuses what the environment says."""
    from pydantic import ValidationError

    return isinstance(error, ValidationError) and error.title in ("DashScope", "MediaStorage")


def _said(error: Exception) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return "; ".join(str(item["msg"]).removeprefix("Value error, ") for item in error.errors(include_url=False))
    advice = getattr(error, "advice", None)
    text = str(error)
    return f"{text}\n{advice}" if advice and advice not in text else text


def _fail(message: str, code: str, exit_code: int, as_json: bool) -> NoReturn:
    if as_json:
        _print_json({"error": {"code": code, "message": message}, "generations": []})
    typer.echo(message, err=True)
    raise typer.Exit(exit_code)


def _options(
    as_json: bool,
    *,
    storage: str | None,
    max_cost: str | None = None,
    check_inputs: bool = False,
    on_ambiguous: str = "fail",
    allow_files: list[Path] | None = None,
) -> Options:
    """The options of a command as the run takes them."""
    from flows.options import Options

    if on_ambiguous not in ("fail", "resubmit"):
        _fail(f"--on-ambiguous takes fail or resubmit, got {on_ambiguous!r}", "InvalidInput", WRONG_INPUT, as_json)
    limit = _amount(max_cost, as_json)
    return Options(storage, limit, check_inputs, on_ambiguous, tuple(allow_files or ()))  # type: ignore[arg-type]


def _amount(text: str | None, as_json: bool) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        _fail(f"--max-cost takes an amount in CNY such as 12.50, got {text!r}", "InvalidInput", WRONG_INPUT, as_json)
    return amount


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Entry point of the ``wanflow`` command."""
    app()


if __name__ == "__main__":
    main()
