"""``wanflow generate``: requests from files or arguments, generated all at once, shown or as one JSON document."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from blocks import catalog
from blocks.catalog import InvalidRequest, UnknownModel
from flows import arguments, productions, temporary_server
from flows.calls import without_echoes
from flows.document import InvalidInput, Problem
from flows.failing import in_words, reason_of
from flows.kinds import no_model
from flows.options import Options
from flows.terminal import err, money, money_json, naming_what_goes_on, out, show_where
from tasks.importing import set_aside
from tasks.inputs import check_inputs
from tasks.places import not_served
from tasks.records import Generation


@dataclass(frozen=True)
class Ask:
    """A request in the wire form, and where the user wrote it: ``requests.jsonl:3``."""

    body: dict[str, Any]
    where: str = ""


def asks_of(
    model: str | None, request: Path | None, requests: Path | None, inputs: list[str], parameters: list[str]
) -> list[Ask]:
    """The requests that a ``generate`` command names.

    Raises:
        InvalidInput: none is named, more than one way is used, or a file cannot be read.
    """
    ways = [model is not None, request is not None, requests is not None]
    if sum(ways) != 1:
        raise InvalidInput([Problem((), "give one of: --request FILE, --requests FILE.jsonl, or MODEL -i KEY=VALUE …")])
    if model is not None:
        try:
            return [Ask(arguments.request_body(model, inputs, parameters))]
        except UnknownModel as error:
            raise InvalidInput([Problem((), no_model(error))]) from None
    if inputs or parameters:
        raise InvalidInput([Problem((), "-i and -p go with MODEL; a file holds the whole request")])
    if request is not None:
        return [Ask(_json_object(_text(request), str(request)), str(request))]
    assert requests is not None
    lines = [(number, line) for number, line in enumerate(_text(requests).splitlines(), 1) if line.strip()]
    if not lines:
        raise InvalidInput([Problem((), f"{requests}: holds no request; write one a line")])
    return [Ask(_json_object(line, f"{requests}:{number}"), f"{requests}:{number}") for number, line in lines]


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
        place = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        raise InvalidInput([Problem((), f"{where}: not valid JSON: {error.msg} at {place}")]) from None
    if not isinstance(found, dict):
        raise InvalidInput([Problem((), f'{where}: expected {{"model": …, "input": …, "parameters": …}}')])
    return found


async def generate_all(
    asks: list[Ask], options: Options, take: int, truncate: bool, *, quiet: bool
) -> list[Generation]:
    """Generate requests as a Prefect flow, all of them checked before the first is sent.

    Raises:
        InvalidInput: one of them would be refused, a file it names is not what it takes, or the region does not serve
            its model; nothing was sent.
        DashScopeError: the service refuses the key or cannot be reached; nothing was sent.
    """
    await _check(asks, options, take, truncate)
    async with options.session() as session:
        await session.preflight()
        temporary_server.shield()
        if not quiet:
            what = "one request" if len(asks) == 1 else f"{len(asks)} requests"
            err.print(Text(what))
            show_where(session)
        bodies = [await set_aside(ask.body, session.storage) for ask in asks]
        with naming_what_goes_on(session):
            return await productions.generate(bodies, take=take, truncate=truncate)


async def _check(asks: list[Ask], options: Options, take: int, truncate: bool) -> None:
    problems: list[Problem] = []
    async with options.session(offline=True) as session:
        for ask in asks:
            try:
                request = productions.typed_request(ask.body, truncate=truncate)
                await check_inputs(request, session.storage, {}, base=session.base, web=session.web)
                if (elsewhere := await not_served(request, session, take=take)) is not None:
                    raise InvalidRequest([elsewhere], model=request.model)
            except InvalidRequest as error:
                problems += [Problem((), str(problem), place=ask.where) for problem in without_echoes(error.problems)]
    if problems:
        raise InvalidInput(problems)


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
                "cost": money_json(one.cost_cny),
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


def show_generations(generations: list[Generation]) -> None:
    """A block of lines for each generation: what it gave, what it cost, or why it failed."""
    for one in generations:
        if one.failure is not None:
            out.print(Text(f"✗ {one.model}  {reason_of(one.failure)}", style="red"))
            if one.failure.kind == "ModerationRefused" and one.prompt:
                out.print(Text(f"  The prompt: {one.prompt}"), soft_wrap=True)
            if one.failure.advice:
                out.print(Text(f"  {one.failure.advice}", style="dim"))
            continue
        state = "cached" if one.cached else f"{one.seconds_taken or 0:.0f} s"
        out.print(Text(f"✓ {one.model}  {money(one.cost_cny)}  {state}", style="green"))
        for asset in one.assets:
            out.print(Text(f"  {asset.uri}"), soft_wrap=True)
        for part in one.values.get("failed_parts", ()):
            out.print(Text(f"  ✗ one of the results: {in_words(**part)}", style="red"), soft_wrap=True)
        for name in [name for name in catalog.find(one.model).outputs if name in one.values]:
            out.print(Text(f"  {name}: {one.values[name]}"), soft_wrap=True)
