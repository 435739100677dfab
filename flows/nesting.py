"""Pipelines as steps of pipelines: found by name or beside the file, without circles, their parameters bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows import library
from flows.calls import PipelineCall
from flows.document import ENDINGS, InvalidInput, Location, Problem, nearest
from flows.origins import told_of_origin
from flows.output_names import not_told_apart
from flows.parameters import resolve_params
from flows.pipeline import Pipeline, load
from tasks.reach import Reach

DEEPEST = 5
"""How far pipelines may lie within one another."""


def nest(pipeline: Pipeline, folder: Path | None = None, *, around: tuple[str, ...] = ()) -> None:
    """Find the pipelines that a pipeline's steps run, and those within them.

    Args:
        folder: where the files of a pipeline that came from no file start from.
        around: the files of the pipelines around this one.

    Raises:
        InvalidInput: there is no such pipeline, it has a problem, or they lie within one another in a circle.
    """
    document = pipeline.document
    here = str(document.path.resolve()) if document else pipeline.pipeline
    folder = document.path.resolve().parent if document else folder
    around = (*around, here)
    for name, step in pipeline.steps.items():
        if step.pipeline is None or step.inner is not None:
            continue
        at: Location = ("steps", name, "pipeline")
        try:
            file = _file_of(step.pipeline, folder)
            if str(file) in around:
                circle = " -> ".join(Path(one).stem for one in (*around[around.index(str(file)) :], str(file)))
                raise _NotThere(f"these pipelines run each other: {circle}")
            if len(around) > DEEPEST:
                raise _NotThere(f"pipelines lie more than {DEEPEST} deep within one another")
        except _NotThere as error:
            place = document.place(at) if document else ""
            raise InvalidInput([Problem(at, str(error), place)]) from None
        try:
            inner, document_of_inner = load(file)
            nest(inner, around=around)
            if problems := list(_sharing(inner)):
                raise InvalidInput(problems, document_of_inner)
        except InvalidInput as error:
            raise told_of_inner(error, pipeline, name) from None
        step._inner = inner


def _sharing(pipeline: Pipeline) -> Iterator[Problem]:
    """Deliverables that would have one name as outputs of a step."""
    for paths in [] if pipeline.outputs else not_told_apart(pipeline.deliver):
        said = f"as outputs of a step {' and '.join(paths)} would have one name; name them in `outputs`"
        yield Problem(("deliver", paths[-1]), said)


class _NotThere(Exception):
    """There is no pipeline that could be this step."""


def _file_of(wanted: str, folder: Path | None) -> Path:
    """The file of a pipeline that a step names."""
    if not wanted.endswith(ENDINGS):
        known = library.names()
        if wanted in known:
            return (library.FOLDER / f"{wanted}.yaml").resolve()
        beside = f"{wanted}.yaml"
        hint = f" Did you mean the file {beside}?" if folder and (folder / beside).is_file() else nearest(wanted, known)
        said = f"there is no built-in pipeline '{wanted}'.{hint} Known: {', '.join(known)}. Or name a file beside this."
        raise _NotThere(said)
    if Path(wanted).name != wanted:
        raise _NotThere(f"{wanted}: a pipeline that is a step lies beside the file that names it")
    file = (folder or Path.cwd()) / wanted
    if not file.is_file():
        raise _NotThere(f"there is no file {wanted} beside this one")
    return file.resolve()


def told_of_inner(error: InvalidInput, pipeline: Pipeline, name: str) -> InvalidInput:
    """The problems of the pipeline that a step runs, at their places in its own file, and who gave what is wrong."""
    step = pipeline.steps[name]
    document = error.document or (step.inner.document if step.inner else None)
    said = f"in the pipeline {step.pipeline}: "
    return InvalidInput(
        [
            replace(
                told_of_origin(one, pipeline, name),
                message=one.message if one.message.startswith("in the pipeline ") else said + one.message,
                place=one.place or (document.place(one.at) if document else ""),
            )
            for one in error.problems
        ]
    )


def reach_of(pipeline: Pipeline, around: Reach) -> Reach:
    """What an inner pipeline may read: its own file's folder, and what the one around it was allowed."""
    document = pipeline.document
    return replace(around, base=document.path.resolve().parent) if document else around


async def inner_params(call: PipelineCall, reach: Reach, by: Reach, at: Location) -> dict[str, Any]:
    """The parameters of an inner pipeline, checked.

    Raises:
        InvalidInput: with the place in the step that gives them.
    """
    try:
        return await resolve_params(call.inner, call.given, reach, by=by)
    except InvalidInput as error:
        raise _told_of_params(error, at, set(call.given)) from None


def _told_of_params(error: InvalidInput, at: Location, given: set[str]) -> InvalidInput:
    """What is wrong with the parameters of an inner pipeline, at the step that gives them."""
    problems = []
    for one in error.problems:
        name = one.at[0]
        where = (*at, "input", *one.at) if name in given else (*at, "input")
        problems.append(replace(one, at=where, message=one.message if name in given else f"{name} {one.message}"))
    return InvalidInput(problems)
