"""The flows people run: ``film``, every pipeline file, and ``generate`` for single requests."""

from __future__ import annotations

import asyncio
import inspect
import re
import types
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from prefect import Flow, flow
from pydantic import Field

from blocks import catalog
from flows import asking, library
from flows.campaign import campaign as campaign
from flows.cancellation import as_cancelled
from flows.filming import make_film
from flows.filming import plan_film as plan_film
from flows.kinds import FILES
from flows.options import Ambiguous, Approve, CheckInputs, ChooseFirst, MaxCost, Options, Patience, Storage
from flows.pipeline import Param, Pipeline
from flows.producing import ProductionFailed as ProductionFailed
from flows.producing import listener as listener
from flows.producing import ready, run_pipeline
from flows.production import Production
from flows.storyboard import Storyboard
from flows.termination import end_gently
from tasks.answers import failure_of
from tasks.generation import generate as generate_one
from tasks.places import not_served
from tasks.records import Generation

end_gently()


@flow(
    name="film",
    flow_run_name="film: {storyboard.title}",
    description="A storyboard becomes a finished film.",
    on_crashed=[as_cancelled],
)
async def film(
    storyboard: Storyboard,
    storage: Storage = None,
    max_cost: MaxCost = None,
    check_inputs: CheckInputs = False,
    on_ambiguous: Ambiguous = "fail",
    patience_seconds: Patience = None,
    approve: Approve = False,
) -> Production:
    """Make the film of a storyboard.

    Args:
        storyboard: scenes and shots, or a brief from which they are written.
        storage: where results land.
        max_cost: the most it may cost, CNY.
        check_inputs: look at files behind web addresses, too, before they are paid for.
        on_ambiguous: what happens when nobody can tell whether a submit was accepted.
        patience_seconds: how long a service that takes nothing in is waited for; half an hour if absent.
        approve: wait until a person has seen plan and price and says yes.

    Returns:
        The production: film, scenes, manifest, review page. Its state says ``partly`` when scenes failed.

    Raises:
        InvalidInput: the storyboard cannot be filmed; nothing was sent.
        ProductionFailed: nothing was delivered.
        DashScopeError: the service refuses the key or cannot be reached; nothing was sent.
    """
    asking.settle(approve=approve, choose_first=False)
    async with Options(storage, max_cost, check_inputs, on_ambiguous, patience_seconds).session() as session:
        if storyboard.brief is not None:
            await plan_film(storyboard, session)
        await ready(session)
        return await make_film(storyboard, session)


@flow(
    name="generate",
    flow_run_name="generate",
    description="Single requests in the wire form, all at once.",
    on_crashed=[as_cancelled],
)
async def generate(
    requests: Annotated[
        list[dict[str, Any]], Field(min_length=1, description='{"model", "input", "parameters"} each.')
    ],
    take: Annotated[int, Field(ge=1, description="2 and more: generate the same requests anew.")] = 1,
    storage: Storage = None,
    max_cost: MaxCost = None,
    truncate: bool = False,
    check_inputs: CheckInputs = False,
    on_ambiguous: Ambiguous = "fail",
    patience_seconds: Patience = None,
) -> list[Generation]:
    """Generate each request, at the same time; what was finished before is not asked for again.

    Returns:
        A generation for each request, in their order; failures are in them.

    Raises:
        InvalidRequest: one of them would be refused, or the region does not serve its model; nothing was sent.
    """
    typed = [typed_request(body, truncate=truncate) for body in requests]
    async with Options(storage, max_cost, check_inputs, on_ambiguous, patience_seconds).session() as session:
        for request in typed:
            if (elsewhere := await not_served(request, session, take=take)) is not None:
                raise catalog.InvalidRequest([elsewhere], model=request.model)
        await ready(session)
        # Unlike gather, a group that is cancelled waits until each has cancelled or named its task.
        async with asyncio.TaskGroup() as group:
            made = [group.create_task(_one(one, number, len(typed), take)) for number, one in enumerate(typed, 1)]
        return [one.result() for one in made]


def typed_request(body: dict[str, Any], *, truncate: bool) -> catalog.Request:
    """A request in the wire form, checked; it may say itself that over-long text is cut.

    Raises:
        InvalidRequest: the model would not take it.
    """
    said = {key: value for key, value in body.items() if key != "truncate"}
    return catalog.request(said, truncate=truncate or bool(body.get("truncate")))


async def _one(request: catalog.Request, number: int, of: int, take: int) -> Generation:
    label = request.model if of == 1 else f"{number}/{of} {request.model}"
    try:
        return await generate_one(request, label=label, take=take)
    except Exception as error:
        asked = request.to_dict()
        return Generation(fingerprint="", model=request.model, request=asked, take=take, failure=failure_of(error))


_TYPES: dict[str, Any] = {
    "text": str,
    "image": str,
    "video": str,
    "audio": str,
    "file": str,
    "integer": int,
    "number": float,
    "boolean": bool,
}
_MEDIA_HINT = "a local path, storage URL or web URL"


def _annotation(param: Param) -> Any:
    """A parameter's type as Prefect draws it in a form."""
    listed = param.type == "list"
    one: Any = Literal[tuple(param.choices)] if param.choices else _TYPES[param.items if listed else param.type]
    kind: Any = types.GenericAlias(list, one) if listed else one
    return Annotated[kind if param.is_required else kind | None, Field(description=_said(param))]


def pipeline_flow(pipeline: Pipeline, base: Path | None = None) -> Flow[Any, Any]:
    """A pipeline as a Prefect flow of its own, with its typed parameters.

    Args:
        base: the folder that relative local inputs start from.
    """

    async def run(**given: Any) -> Production:
        options = Options(**{name: given.pop(name) for name in _COMMON if name in given})
        asking.settle(approve=options.approve, choose_first=options.choose_first)
        async with options.session(base=base):
            # What equals the default is the file's word, not the user's.
            said = {name: value for name, value in given.items() if value != pipeline.params[name].default}
            return await run_pipeline(pipeline, {name: value for name, value in said.items() if value is not None})

    named = sorted(pipeline.params.items(), key=lambda item: not item[1].is_required)
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(
            name,
            keyword,
            annotation=_annotation(param),
            default=inspect.Parameter.empty if param.is_required else param.default,
        )
        for name, param in named
    ]
    parameters += [
        inspect.Parameter(name, keyword, annotation=kind, default=default) for name, (kind, default) in _COMMON.items()
    ]
    run.__name__ = re.sub(r"\W", "_", pipeline.pipeline)
    run.__doc__ = _docstring(pipeline)
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__module__ = __name__
    body: Callable[..., Awaitable[Production]] = run
    name, said_of_it = pipeline.pipeline, pipeline.description
    return flow(name=name, flow_run_name=name, description=said_of_it, on_crashed=[as_cancelled])(body)


def _docstring(pipeline: Pipeline) -> str:
    """What Prefect's form says of each parameter: it reads the arguments of the docstring."""
    lines = [f"    {name}: {_said(param)}" for name, param in pipeline.params.items()]
    lines += [f"    {name}: {kind.__metadata__[0].description}" for name, (kind, _) in _COMMON.items()]
    return "\n".join([pipeline.description or pipeline.pipeline, "", "Args:", *lines])


def _said(param: Param) -> str:
    hint = f" ({param.type}: {_MEDIA_HINT})" if param.type in FILES else ""
    return f"{param.description}{hint}".strip() or param.type


_COMMON: dict[str, tuple[Any, Any]] = {
    "storage": (Storage, None),
    "max_cost": (MaxCost, None),
    "check_inputs": (CheckInputs, False),
    "on_ambiguous": (Ambiguous, "fail"),
    "patience_seconds": (Patience, None),
    "approve": (Approve, False),
    "choose_first": (ChooseFirst, False),
}
"""What every flow takes beside its own parameters: annotation and default."""

LIBRARY: dict[str, Flow[Any, Any]] = {
    name: pipeline_flow(pipeline, library.FOLDER) for name, pipeline in library.pipelines().items()
}
"""The flow of every pipeline file that comes with wanflow, by name."""

for _name, _flow in LIBRARY.items():
    # A served deployment finds its flow by this module and this name.
    globals()[_name.replace("-", "_")] = _flow


def flows_to_serve() -> list[Flow[Any, Any]]:
    """Every flow that is served as a deployment."""
    return [film, campaign, *LIBRARY.values()]
