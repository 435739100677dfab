"""What a pipeline is: parameters, steps wired by references, deliverables. A YAML file is one; so is Python data."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from flows import references
from flows.document import Document, InvalidInput, Location, Problem, read_document, validate
from flows.given import as_given
from flows.names import FLOW_PARAMETERS as FLOW_PARAMETERS
from flows.names import check_names as check_names
from flows.output_names import output_names

ParamType = Literal["text", "image", "video", "audio", "file", "integer", "number", "boolean", "list"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
ParamName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]
OnFailure = Literal["continue", "stop"]
Rule = Literal["first", "sharpest", "longest", "person"]


class Param(BaseModel):
    """A typed parameter of a pipeline; the UI draws a form of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ParamType = Field(
        default="text",
        description="What it holds; media and files are local paths, storage URLs or web URLs, a list of them also a "
        "folder or a pattern such as shots/*.png. file is one of captions, SRT or WebVTT.",
    )
    description: str = Field(default="", description="For the person who fills in the form.")
    default: Any = Field(default=None, description="When none is given; a parameter without one is required.")
    items: ParamType = Field(default="text", description="What a list holds.")
    choices: list[Any] | None = Field(default=None, description="The only values it takes; of a list, its items.")
    required: bool | None = Field(default=None, description="false: may be left out although it has no default.")

    @model_validator(mode="before")
    @classmethod
    def _default_as_given(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        kind, items = data.get("type", "text"), data.get("items", "text")
        said = {"default": as_given(kind, items, data.get("default"))}
        if isinstance(data.get("choices"), list):
            said["choices"] = [as_given(items if kind == "list" else kind, "text", one) for one in data["choices"]]
        return {**data, **{name: value for name, value in said.items() if value is not None}}

    @property
    def is_required(self) -> bool:
        """Whether a run must give it."""
        return self.default is None if self.required is None else self.required


class Step(BaseModel):
    """One step: a model of the catalog, a local operation or another pipeline, and what goes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = Field(default=None, description="What people see instead of the name.")
    model: str | None = Field(
        default=None, description="The id of a model, or ${param}: a text parameter whose choices are models."
    )
    use: str | None = Field(default=None, description="The name of a local operation.")
    pipeline: str | None = Field(
        default=None, description="Another pipeline: a built-in one's name, or a file beside this one."
    )
    input: dict[str, Any] = Field(default={}, description="Literals or references; of a pipeline, its parameters.")
    parameters: dict[str, Any] = Field(default={}, description="Of a model; literals or references.")
    for_each: Any = Field(
        default=None,
        description="Run once per item of this list; inputs say ${item}, every output becomes a list. Several lists "
        "by name go side by side: {photo: …, look: …}, ${item.photo}. ${step}, of a step that itself ran for each, "
        "gives its items with what came of them: ${item.video}.",
    )
    cross: bool = Field(default=False, description="With several lists in for_each: every item with every other.")
    in_turn: str | bool = Field(
        default=False,
        description="Run the items one after the other; then ${previous.video} is what the item before gave, and "
        "nothing for the first. A condition as in when: items that need not wait run all at once.",
    )
    on_item_failure: Literal["fail", "skip"] = Field(
        default="fail",
        description="skip: leave out the items (or takes) that fail; the production is then delivered partly. One "
        "must succeed.",
    )
    when: str | bool | None = Field(
        default=None,
        description="Run only if this holds: ${x}, not ${x}, ${need} == full-body, ${probe.seconds} > 20, joined by "
        "and, or, brackets. A skipped step gives nothing.",
    )
    require: list[str] = Field(default=[], description="Stop here, with a clear error, unless all of these hold.")
    fallback: list[str] = Field(
        default=[],
        description="Models to try in order when the step's model refuses or fails; never after moderation refused.",
    )
    fallback_after_moderation: bool = Field(default=False, description="Try them even then.")
    take: int = Field(default=1, ge=1, description="2 and more: generate the same request anew.")
    takes: int = Field(default=1, ge=1, le=20, description="How many variants to generate; outputs become lists.")
    choose: Rule | None = Field(
        default=None,
        description="Go on with one of the variants (takes, or the pictures of one answer): the first, the sharpest, "
        "the longest, or the one a person picks.",
    )
    truncate: bool = Field(default=False, description="Let over-long text be cut at the model's limit.")

    _inner: Pipeline | None = PrivateAttr(default=None)
    _likely_model: str | None = PrivateAttr(default=None)

    @field_validator("require", "fallback", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Step:
        if sum(one is not None for one in (self.model, self.use, self.pipeline)) != 1:
            raise ValueError(
                "a step has either `model` (a model of the catalog), `use` (a local operation) or `pipeline`"
            )
        if self.model is None and (self.parameters or self.fallback or self.take != 1 or self.takes != 1):
            raise ValueError("`parameters`, `fallback`, `take` and `takes` belong to steps with a `model`")
        if self.model is None and self.choose:
            raise ValueError("`choose` belongs to steps with a `model`")
        if self.cross and not isinstance(self.for_each, dict):
            raise ValueError("`cross` needs several lists: for_each: {photo: …, look: …}")
        if self.for_each == {}:
            raise ValueError("`for_each` names no list")
        if self.in_turn is not False and (self.for_each is None or self.takes != 1):
            raise ValueError("`in_turn` needs `for_each`, without `takes`")
        if self.on_item_failure == "skip" and self.for_each is None and self.takes == 1:
            raise ValueError("`on_item_failure: skip` needs `for_each` or `takes`")
        return self

    @property
    def does(self) -> str:
        """The model, operation or pipeline, for people."""
        return self.model or self.use or f"pipeline {self.pipeline}"

    @property
    def inner(self) -> Pipeline | None:
        """The pipeline that the step runs, once `flows.nesting.nest` has found it."""
        return self._inner

    @property
    def typed_model(self) -> str:
        """The model whose outputs are those of the step; where a parameter decides, all choices give the same."""
        return self._likely_model or self.model or ""

    @property
    def fans_out(self) -> bool:
        """Whether its outputs are lists, an item for each time it ran."""
        return self.for_each is not None or (self.takes > 1 and self.choose is None)

    def conditions(self) -> list[tuple[Location, str]]:
        """Its conditions and where they stand."""
        alone: list[tuple[str, Any]] = [("when", self.when), ("in_turn", self.in_turn)]
        found: list[tuple[Location, str]] = [((name,), text) for name, text in alone if isinstance(text, str)]
        return found + [(("require", number), text) for number, text in enumerate(self.require)]

    def found_references(self) -> list[tuple[Location, references.Alternatives, bool]]:
        """Every reference of the step: where, to what, and whether it is the whole value."""
        fields = {"model", "input", "parameters", "for_each", "in_turn", "when", "require"}
        return list(references.find(self.model_dump(include=fields)))


class Pipeline(BaseModel):
    """A declared graph of steps."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    pipeline: Name = Field(description="Its name.")
    description: str = Field(default="", description="What it makes, in a line.")
    title: str | None = Field(default=None, description="Of the production.")
    params: dict[ParamName, Param] = Field(default={}, description="What a run may say, by name.")
    steps: Annotated[dict[Name, Step], Field(min_length=1, description="What is done, by name.")]
    on_failure: OnFailure = Field(
        default="continue",
        description="What a failed step does to the rest: continue takes along only what depends on it, stop ends the "
        "run: what still waits at the provider is cancelled, what runs there is named.",
    )
    outputs: dict[Name, str] = Field(
        default={},
        description="What it gives when it is a step of another pipeline: name to reference. Without them, what it "
        "delivers, by the names of the files without their endings; with them where two would have one name.",
    )
    deliver: dict[str, str] = Field(
        default={},
        description="Path in the production to a reference to a file, or a list of them: {n} in the path numbers them, "
        "{language} names them after what for_each: {language: …} gave each.",
    )

    _document: Document | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _likely_models(self) -> Pipeline:
        for step in self.steps.values():
            alone = _reference_or_none(step.model)
            choices = self.params[alone].choices if alone in self.params else None
            step._likely_model = str(choices[0]) if choices else None
        return self

    @property
    def document(self) -> Document | None:
        """The file it was read from, if any."""
        return self._document

    @property
    def gives(self) -> dict[str, str]:
        """What it gives as a step of another: name to reference; without outputs, its deliverables by their names."""
        return self.outputs or {name: self.deliver[path] for path, name in output_names(self.deliver).items()}

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


def _reference_or_none(model: str | None) -> str | None:
    """The parameter that decides a model."""
    try:
        alone = references.whole(model)
    except references.BadReference:
        return None
    return alone[0].name if alone else None


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
    pipeline._document = document
    try:
        check_names(pipeline)
        pipeline.order  # noqa: B018 - raises on a circle
    except InvalidInput as error:
        raise error.within(document) from None
    return pipeline, document
