"""What a pipeline is: parameters, steps wired by references, deliverables. A YAML file is one; so is Python data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from keyword import iskeyword
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from flows import references
from flows.document import Document, InvalidInput, Location, Problem, nearest, read_document, validate
from flows.references import BadReference

ParamType = Literal["text", "image", "video", "audio", "integer", "number", "boolean", "list"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
ParamName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]

RESERVED = frozenset({"item", "index", "or", "not"})
OWN_FILES = frozenset({"index.html", "manifest.json", "pipeline.yaml", "storyboard.yaml", "contact-sheet.jpg"})
"""What every production holds; no deliverable takes their place."""
FLOW_PARAMETERS = frozenset({"storage", "max_cost", "check_inputs", "on_ambiguous", "patience_seconds"})
"""Parameters that every pipeline's flow has."""


OnFailure = Literal["continue", "stop"]


class Param(BaseModel):
    """A typed parameter of a pipeline; the UI draws a form of them.

    Attributes:
        type: what it holds; media are local paths, storage URLs or web URLs.
        default: the value when none is given; a parameter without one is required.
        items: what a list holds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ParamType = "text"
    description: str = ""
    default: Any = None
    items: ParamType = "text"
    choices: list[Any] | None = None
    required: bool | None = None

    @property
    def is_required(self) -> bool:
        """Whether a run must give it."""
        return self.default is None if self.required is None else self.required


class Step(BaseModel):
    """One step: a model of the catalog (``model``) or a local operation (``use``), and what goes in.

    Attributes:
        title: what people see instead of the name.
        model: the id of a model.
        use: the name of a local operation.
        input: literals or references.
        parameters: of a model; literals or references.
        for_each: run once per item of this list; the inputs say ``${item}``; every output becomes a list.
        when: run only if this is true; ``not ${…}`` turns it round. A skipped step gives nothing.
        require: stop here, with a clear error, unless all of these are true.
        fallback: models to try in order when the step's model refuses or fails; never after moderation refused.
        fallback_after_moderation: try them even then.
        take: ask for 2 to generate the same request anew.
        truncate: let over-long text be cut at the model's limit instead of refusing it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = None
    model: str | None = None
    use: str | None = None
    input: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for_each: Any = None
    when: str | bool | None = None
    require: list[str] = []
    fallback: list[str] = []
    fallback_after_moderation: bool = False
    take: int = Field(default=1, ge=1)
    truncate: bool = False

    @field_validator("require", "fallback", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _model_or_use(self) -> Step:
        if (self.model is None) == (self.use is None):
            raise ValueError("a step has either `model` (a model of the catalog) or `use` (a local operation)")
        if self.use and (self.parameters or self.fallback or self.take != 1):
            raise ValueError("`parameters`, `fallback` and `take` belong to steps with a `model`")
        return self

    @property
    def does(self) -> str:
        """The model or operation, for people."""
        return self.model or self.use or ""

    def found_references(self) -> list[tuple[Location, references.Alternatives, bool]]:
        """Every reference of the step: where, to what, and whether it is the whole value."""
        return list(references.find(self.model_dump(include={"input", "parameters", "for_each", "when", "require"})))


class Pipeline(BaseModel):
    """A declared graph of steps.

    Attributes:
        pipeline: its name.
        title: of the production; may hold references to parameters.
        on_failure: what a failed step does to the rest: ``continue`` takes along only what depends on it, ``stop`` ends
            the run: what still waits at the provider is cancelled, what runs there is named.
        deliver: path in the production -> reference to an asset (or a list of them: ``{n}`` in the path numbers them).
        base: the folder that relative local inputs start from; not part of the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    pipeline: Name
    description: str = ""
    title: str | None = None
    params: dict[ParamName, Param] = {}
    steps: Annotated[dict[Name, Step], Field(min_length=1)]
    on_failure: OnFailure = "continue"
    deliver: dict[str, str] = {}

    @cached_property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """For each step, the steps whose outputs it refers to, in the order of the pipeline."""
        found = {}
        for name, step in self.steps.items():
            named = {one.name for _, alternatives, _ in step.found_references() for one in alternatives}
            found[name] = tuple(other for other in self.steps if other in named)
        return found

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The steps in an order in which every step comes after what it needs.

        Raises:
            InvalidInput: the steps wait for each other in a circle.
        """
        done: list[str] = []
        left = dict(self.needs)
        while left:
            ready = [name for name, needs in left.items() if all(need in done for need in needs)]
            if not ready:
                circle = _circle(left)
                message = f"these steps wait for each other: {' -> '.join(circle)}"
                raise InvalidInput([Problem(("steps", circle[0]), message)])
            done += ready
            for name in ready:
                del left[name]
        return tuple(done)


def _circle(needs: dict[str, tuple[str, ...]]) -> list[str]:
    path = [next(iter(needs))]
    while True:
        following = next(need for need in needs[path[-1]] if need in needs)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)


def load(path: Path) -> tuple[Pipeline, Document]:
    """A pipeline file and where its parts stand.

    Raises:
        InvalidInput: with file, line and column of each problem.
    """
    document = read_document(path)
    pipeline = validate(Pipeline, document.data, document)
    try:
        check_names(pipeline)
        pipeline.order  # noqa: B018 - raises on a circle
    except InvalidInput as error:
        raise error.within(document) from None
    return pipeline, document


def check_names(pipeline: Pipeline) -> None:
    """Every reference is written well and names a parameter, an item, or another step's output.

    Raises:
        InvalidInput: with every problem.
    """
    problems: list[Problem] = []
    for name in pipeline.params:
        if name in RESERVED | FLOW_PARAMETERS or iskeyword(name):
            problems.append(Problem(("params", name), "this name is reserved"))
    for name in pipeline.steps:
        if name in pipeline.params or name in RESERVED:
            what = "a parameter has this name, too" if name in pipeline.params else "this name is reserved"
            problems.append(Problem(("steps", name), what))
    for name, step in pipeline.steps.items():
        try:
            found = step.found_references()
        except BadReference as error:
            problems.append(Problem(("steps", name), str(error)))
            continue
        for at, alternatives, _ in found:
            for one in alternatives:
                each = step.for_each is not None and at[0] not in ("for_each", "when")
                problem = _name_problem(pipeline, one, fan_out=each)
                if problem is None and one.name == name:
                    problem = "a step cannot refer to itself"
                if problem:
                    problems.append(Problem(("steps", name, *at), problem))
    for path, target in pipeline.deliver.items():
        at = ("deliver", path)
        try:
            alternatives_or_none = references.whole(target)
        except BadReference as error:
            problems.append(Problem(at, str(error)))
            continue
        if alternatives_or_none is None:
            problems.append(Problem(at, f"must be one reference such as ${{step.video}}; got {target!r}"))
            continue
        problems += [
            Problem(at, problem)
            for one in alternatives_or_none
            if (problem := _name_problem(pipeline, one, fan_out=False))
        ]
        problems += [Problem(at, problem) for problem in _path_problems(path)]
    if problems:
        raise InvalidInput(problems)


def _path_problems(path: str) -> Iterator[str]:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or path.endswith("/"):
        yield "must be the path of a file inside the production, e.g. film.mp4"
    elif str(PurePosixPath(path)) in OWN_FILES:
        yield f"every production has its own {path}; choose another name"


def _name_problem(pipeline: Pipeline, one: references.Reference, *, fan_out: bool) -> str | None:
    if one.name in ("item", "index"):
        return None if fan_out else f"${{{one}}} is known only within a step with `for_each`"
    if one.name in pipeline.params:
        return None if one.output is None else f"parameter '{one.name}' has no outputs; write ${{{one.name}}}"
    if one.name in pipeline.steps:
        return None if one.output else f"say which output of step '{one.name}', e.g. ${{{one.name}.video}}"
    known = [*pipeline.steps, *pipeline.params]
    return f"there is no step or parameter '{one.name}'.{nearest(one.name, known)} Known: {', '.join(known)}."
