"""Names within a pipeline: every reference is written well and names a parameter, an item, or another step's output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flows import references
from flows.conditions import BadCondition, Literal, read, references_in
from flows.document import InvalidInput, Problem, nearest
from flows.references import BadReference, Reference

if TYPE_CHECKING:
    from flows.pipeline import Pipeline, Step

RESERVED = frozenset({"item", "index", "previous", "or", "not", "and"})
OWN_FILES = frozenset({"index.html", "manifest.json", "pipeline.yaml", "storyboard.yaml", "contact-sheet.jpg"})
"""What every production holds; no deliverable takes their place."""
FLOW_PARAMETERS = frozenset(
    {"storage", "max_cost", "check_inputs", "on_ambiguous", "patience_seconds", "approve", "choose_first"}
)
"""Parameters that every pipeline's flow has."""


def check_names(pipeline: Pipeline) -> None:
    """Every reference and condition is written well and names what the pipeline has.

    Raises:
        InvalidInput: with every problem.
    """
    problems = list(_own_names(pipeline))
    for name, step in pipeline.steps.items():
        problems += _step_problems(pipeline, name, step)
    for part, targets in (("outputs", pipeline.outputs), ("deliver", pipeline.deliver)):
        for path, target in targets.items():
            problems += [Problem((part, path), wrong) for wrong in _target_problems(pipeline, target)]
    problems += [Problem(("deliver", path), wrong) for path in pipeline.deliver for wrong in _path_problems(path)]
    if problems:
        raise InvalidInput(problems)


def _own_names(pipeline: Pipeline) -> Iterator[Problem]:
    for name in pipeline.params:
        if name in RESERVED | FLOW_PARAMETERS or iskeyword(name):
            yield Problem(("params", name), "this name is reserved")
    for name in pipeline.steps:
        if name in pipeline.params or name in RESERVED:
            what = "a parameter has this name, too" if name in pipeline.params else "this name is reserved"
            yield Problem(("steps", name), what)


def _step_problems(pipeline: Pipeline, name: str, step: Step) -> Iterator[Problem]:
    try:
        found = step.found_references()
    except BadReference as error:
        yield Problem(("steps", name, *error.at), str(error))
        return
    waits = step.in_turn is not False
    for at, alternatives, alone in found:
        for one in alternatives:
            each = step.for_each is not None and at[0] not in ("for_each", "in_turn", "when")
            rows = at == ("for_each",) and alone and one.name in pipeline.steps and one.output is None
            if one.name == "previous":
                problem = _previous_problem(one, in_turn=each and waits)
            else:
                problem = None if rows else _name_problem(pipeline, one, fan_out=each, in_turn=each and waits)
            if problem is None and one.name == name:
                problem = "a step cannot refer to itself"
            if problem:
                yield Problem(("steps", name, *at), problem)
    for at, condition in step.conditions():
        for wrong in _condition_problems(pipeline, condition):
            yield Problem(("steps", name, *at), wrong)
    if step.model and "${" in step.model:
        wrong_model = _model_problem(pipeline, step.model)
        if wrong_model:
            yield Problem(("steps", name, "model"), wrong_model)


def _condition_problems(pipeline: Pipeline, text: str) -> Iterator[str]:
    try:
        condition = read(text)
    except BadCondition as error:
        yield str(error)
        return
    found = list(references_in(condition))
    if not found and not (isinstance(condition, Literal) and not isinstance(condition.value, str)):
        known = [*pipeline.params, *pipeline.steps]
        meant = next((word for word in re.findall(r"[\w-]+", text) if word in known), "name")
        yield f"{text!r} refers to nothing, so it is always the same; did you mean ${{{meant}}}?"
    for alternatives, compared in found:
        for one in alternatives:
            choices = pipeline.params[one.name].choices if one.name in pipeline.params else None
            for value in compared if choices else []:
                if value not in (None, "") and str(value) not in map(str, choices or ()):
                    hint = nearest(str(value), map(str, choices or ()))
                    yield f"'{one.name}' is never '{value}'.{hint} Its choices: {', '.join(map(str, choices or ()))}."


def _model_problem(pipeline: Pipeline, text: str) -> str | None:
    alone = references.whole(text)
    if alone is None or len(alone) != 1 or alone[0].name not in pipeline.params:
        return "a model is an id, or one parameter such as ${model}"
    param = pipeline.params[alone[0].name]
    if param.type != "text" or not param.choices:
        return f"parameter '{alone[0].name}' decides the model: it must be text with `choices`, the ids of models"
    if param.default is None:
        return None if param.is_required else f"parameter '{alone[0].name}' decides the model: give it a default"
    return None


def _target_problems(pipeline: Pipeline, target: str) -> Iterator[str]:
    try:
        alternatives = references.whole(target)
    except BadReference as error:
        yield str(error)
        return
    if alternatives is None:
        yield f"must be one reference such as ${{step.video}}; got {target!r}"
        return
    for one in alternatives:
        if problem := _name_problem(pipeline, one, fan_out=False):
            yield problem


def _path_problems(path: str) -> Iterator[str]:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or path.endswith("/"):
        yield "must be the path of a file inside the production, e.g. film.mp4"
    elif str(PurePosixPath(path)) in OWN_FILES:
        yield f"every production has its own {path}; choose another name"


def _previous_problem(one: Reference, *, in_turn: bool) -> str | None:
    if not in_turn:
        return f"${{{one}}} is known only within a step with `for_each` and `in_turn`"
    return None if one.output else "say which output of the item before, e.g. ${previous.video}"


def _name_problem(pipeline: Pipeline, one: Reference, *, fan_out: bool, in_turn: bool = False) -> str | None:
    if one.by is not None and (wrong := _by_problem(pipeline, one.by, fan_out=fan_out)):
        return wrong
    if one.name in ("item", "index"):
        return None if fan_out else f"${{{one}}} is known only within a step with `for_each`"
    if one.name in pipeline.params:
        return None if one.output is None else f"parameter '{one.name}' has no outputs; write ${{{one.name}}}"
    if one.name in pipeline.steps:
        return None if one.output else f"say which output of step '{one.name}', e.g. ${{{one.name}.video}}"
    own = ["item", "index"] if fan_out else []
    known = [*own, *(["previous"] if in_turn else []), *pipeline.steps, *pipeline.params]
    return f"there is no step or parameter '{one.name}'.{nearest(one.name, known)} Known: {', '.join(known)}."


def _by_problem(pipeline: Pipeline, by: str, *, fan_out: bool) -> str | None:
    """What is wrong with the name that says which item of a list is meant."""
    if by in ("item", "index") or by not in pipeline.params:
        known = [*(["item", "index"] if fan_out else []), *(one for one in pipeline.params if _counts(pipeline, one))]
        wrong = f"[{by}] is no parameter.{nearest(by, known)} Whole numbers: {', '.join(known) or 'none'}."
        return None if by in ("item", "index") and fan_out else wrong
    return None if _counts(pipeline, by) else f"[{by}] must be a parameter of whole numbers"


def _counts(pipeline: Pipeline, name: str) -> bool:
    param = pipeline.params[name]
    return "integer" in (param.type, param.items if param.type == "list" else "")
