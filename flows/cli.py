"""``wanflow``: a thin face over the flows. Everything it does can be done from Python and from the Prefect UI."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import generations
from flows.invocation import (
    DONE,
    PARTLY,
    REFUSED,
    WRONG_INPUT,
    AllowOption,
    AmbiguousOption,
    ApproveOption,
    CheckOption,
    ChooseFirstOption,
    FileOption,
    JsonOption,
    MaxCostOption,
    ParamOption,
    PatienceOption,
    PipelineName,
    StorageOption,
    VerboseOption,
    fail,
    guarded,
    options_of,
    prepare,
    print_json,
    run_async,
)
from flows.settings import apply_defaults

app = typer.Typer(
    name="wanflow",
    help="Turn a storyboard, a picture or any brief into finished media. Plan it, price it, run it, pay once.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def plan(
    pipeline: PipelineName,
    file: FileOption = None,
    param: ParamOption = None,
    storage: StorageOption = None,
    check_inputs: CheckOption = False,
    allow_files: AllowOption = None,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="FILE", help="Draw it: .svg, or .mmd and .md for Mermaid.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Price and check a pipeline; nothing is sent."""
    prepare(verbose=False)
    options = options_of(as_json, storage=storage, check_inputs=check_inputs, allow_files=allow_files)

    async def work() -> Any:
        from flows.commands import plan_of
        from flows.drawing import draw as drawn

        found = await plan_of(pipeline, file, param or [], options, quiet=as_json)
        if draw is not None:
            drawn(found, draw)
            typer.echo(f"The drawing is written to {draw}", err=True)
        return found

    found = run_async(work, as_json)
    if as_json:
        print_json(found.model_dump(mode="json"))
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
    patience: PatienceOption = None,
    approve: ApproveOption = False,
    choose_first: ChooseFirstOption = False,
    allow_files: AllowOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Run a pipeline and deliver its production."""
    prepare(verbose=verbose)
    options = options_of(
        as_json,
        storage=storage,
        max_cost=max_cost,
        check_inputs=check_inputs,
        on_ambiguous=on_ambiguous,
        patience=patience,
        approve=approve,
        choose_first=choose_first,
        allow_files=allow_files,
    )

    async def work() -> Any:
        from flows.commands import run_of

        return await run_of(pipeline, file, param or [], options, quiet=as_json)

    production = run_async(work, as_json)
    if as_json:
        from flows.commands import summary

        print_json(summary(production))
    else:
        from flows.summary import Summary
        from flows.terminal import show_production, show_rows

        if isinstance(production, Summary):
            show_rows(production.rows)
        show_production(production.manifest, production.page)
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
    patience: PatienceOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Generate single requests; what was finished before is not asked for again."""
    prepare(verbose=verbose)
    options = options_of(
        as_json,
        storage=storage,
        max_cost=max_cost,
        check_inputs=check_inputs,
        on_ambiguous=on_ambiguous,
        patience=patience,
    )

    async def work() -> Any:
        from flows.generating import asks_of, generate_all

        asks = asks_of(model, request, requests, inputs or [], parameters or [])
        return await generate_all(asks, options, take, truncate, quiet=as_json)

    generations = run_async(work, as_json)
    from flows.generating import generations_json, show_generations

    if as_json:
        print_json(generations_json(generations))
    else:
        show_generations(generations)
    failed = sum(not one.succeeded for one in generations)
    short = any("failed_parts" in one.values for one in generations)
    whole = DONE if not short else PARTLY
    raise typer.Exit(whole if not failed else REFUSED if failed == len(generations) else PARTLY)


app.add_typer(generations.app, name="generations")


@app.command()
def spend(
    by: Annotated[str | None, typer.Option("--by", metavar="day|model|run", help="Only this table.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="From this day on, UTC.")] = None,
    storage: StorageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was paid, by day, model and run."""
    if by not in (None, "day", "model", "run"):
        fail(f"--by takes day, model or run, got {by!r}", "InvalidInput", WRONG_INPUT, as_json)
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError:
        fail(f"--since takes a day such as 2026-01-31, got {since!r}", "InvalidInput", WRONG_INPUT, as_json)
    prepare(verbose=False)

    async def work() -> Any:
        from flows.options import Options
        from tasks.spending import spent

        async with Options(storage).session(offline=True) as session:
            return await spent(session.storage, since=first)

    found = run_async(work, as_json)
    from flows.spend import show_spend, spend_json

    if as_json:
        print_json(spend_json(found, first))
    else:
        show_spend(found, by)


@app.command()
def pipelines(
    pipeline: Annotated[str | None, typer.Argument(metavar="PIPELINE")] = None, as_json: JsonOption = False
) -> None:
    """List the built-in pipelines, or show one: what it takes."""
    from flows.listing import pipeline_listed, pipelines_listed, show_pipeline, show_pipelines

    def look() -> Any:
        return pipelines_listed() if pipeline is None else pipeline_listed(pipeline)

    found = guarded(look, as_json)
    if as_json:
        print_json(found)
    elif pipeline is None:
        show_pipelines()
    else:
        show_pipeline(found)


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The pipeline file to be; its name is the pipeline's.")],
) -> None:
    """Write a pipeline file to start from, with a JSON Schema for editors beside it."""
    from flows.scaffold import SCHEMA, scaffold

    path = guarded(lambda: scaffold(file), False)
    typer.echo(f"{path} is written; editors complete and check it with {SCHEMA} beside it.")
    typer.echo(f"Next: wanflow plan {path}")


@app.command()
def models(model: Annotated[str | None, typer.Argument(metavar="MODEL")] = None, as_json: JsonOption = False) -> None:
    """List the models, or show one: fields, limits, prices, regions, an example."""
    from flows.listing import model_described, models_listed, show_model, show_models

    def look() -> Any:
        return models_listed() if model is None else model_described(model)

    found = guarded(look, as_json)
    if as_json:
        print_json(found)
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
        fail(f"--render takes full or none, got {render!r}", "InvalidInput", WRONG_INPUT, as_json=False)
    from blocks.emulator import Scenario, serve

    def check() -> None:
        from flows.document import read_document, validate

        if scenario is not None:
            document = read_document(scenario)
            validate(Scenario, document.data or {}, document)

    guarded(check, as_json=False)
    serve(host=host, port=port, state=state, scenario_file=scenario, render=render)  # type: ignore[arg-type]


@app.command()
def up(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of Prefect's server and UI.")] = 4200,
    emulator_port: Annotated[int, typer.Option("--emulator-port", min=1, max=65535)] = 8100,
) -> None:
    """Start Prefect's server and UI, serve the deployments, and the emulator when there is no key."""
    typer.echo("Starting Prefect's server and UI, the deployments and, without a key, the emulator …", err=True)
    apply_defaults()
    from flows.up import up as start

    raise typer.Exit(start(port=port, emulator_port=emulator_port))


@app.command()
def doctor(storage: StorageOption = None, as_json: JsonOption = False) -> None:
    """Say what is configured, what is reachable, what is missing."""
    prepare(verbose=False)
    from flows.doctor import doctor as examine

    raise typer.Exit(examine(storage=storage, as_json=as_json))


def main() -> None:
    """Entry point of the ``wanflow`` command."""
    app()


if __name__ == "__main__":
    main()
