"""A row of the catalog: everything the project knows about one model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from blocks.catalog.fields import Field, fields_of
from blocks.catalog.requests import Request

Mode = Literal["async", "sync", "chat"]
Region = Literal["beijing", "singapore", "virginia"]
Deployment = Literal["beijing", "singapore", "global", "us"]
OutputType = Literal["video", "image", "images", "audio", "text", "texts", "boxes", "template", "boolean"]
Documented = Literal["full", "partial", "guide-only", "mentioned-only"]
PriceKey = Literal["flat", "tier", "tier and sound", "mode", "ratio", "tokens"]

VIDEO_SYNTHESIS = "services/aigc/video-generation/video-synthesis"
IMAGE_TO_VIDEO = "services/aigc/image2video/video-synthesis"
IMAGE_GENERATION = "services/aigc/image-generation/generation"
MULTIMODAL_GENERATION = "services/aigc/multimodal-generation/generation"
CHAT = "/compatible-mode/v1/chat/completions"


@dataclass(frozen=True)
class Limits:
    """Documented limits of one account and model; None where the pages are silent."""

    submits_per_second: float | None = None
    in_progress: int | None = None


@dataclass(frozen=True)
class Billing:
    """How a model is billed.

    Attributes:
        unit: what is counted: ``second``, ``image`` or ``token``.
        quantity: usage fields that hold the billed quantity, the first present one counts.
        by: what the unit price depends on.
        prices: unit prices in CNY by deployment and key (``720P``, ``720P with sound``, ``wan-std``, ``1:1``; a
            flat price has the key ``""``). A deployment that is missing has no known price.
        words: price keys by what ``usage.video_ratio`` calls them, where it does not say the key itself.
        input_seconds: whether seconds of input are billed too.
        output_follows: the input field whose file the result is as long as, e.g. ``input.video_url``.
        max_seconds: the most seconds of output one request can be billed for.
        free_quota: free units of a new account, Beijing only.
        trial_only: whether it cannot be paid for: once the free quota is used up it cannot be called any more.
    """

    unit: Literal["second", "image", "token"]
    quantity: tuple[str, ...]
    by: PriceKey = "flat"
    prices: Mapping[Deployment, Mapping[str, Decimal]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    input_seconds: bool = False
    output_follows: str | None = None
    max_seconds: float | None = None
    free_quota: int | None = None
    trial_only: bool = False


@dataclass(frozen=True)
class Result:
    """Where an answer holds what was made.

    Attributes:
        urls: paths of result addresses, ``[]`` standing for every item of a list.
        named: paths by the output they fill, for models whose files are not all alike.
        passed: path of the verdict of a check; None when the model is none.
        passed_by: paths that must be present for a pass, where the answer has no verdict of its own.
    """

    urls: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    passed: str | None = None
    passed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """One model.

    Attributes:
        id: as on the wire.
        family: models of one family take each other's place.
        summary: what it does, one line.
        request: the class of its requests; with ``variants`` their common parent.
        endpoint: relative to the base URL; a chat model's from the root of the host (it begins with ``/``).
        sync_endpoint: where an ``async`` model can be called synchronously as well; we do not ask there.
        sync_result: where the answer of such a call holds what was made, if not where the task's does.
        mode: ``async`` (submit and poll), ``sync`` (one call) or ``chat``.
        kind: what it makes.
        outputs: what a pipeline may refer to, by name.
        result: where the answer holds it.
        billing: unit, usage fields and prices.
        limits: documented submit rate and tasks in progress (Beijing, or the model's only region).
        limits_in: the same for other deployments.
        regions: where it is served; key, address and model must belong to the same region.
        unsure_regions: where the page of its family gives an address, though neither the price lists nor the limit
            lists have the model there.
        typical_seconds: how long a task usually takes, from and to.
        fps: frame rate of the result; None: a parameter says, or not documented.
        sound: whether the result has sound; ``optional``: a parameter says.
        variants: request classes by function, for models with several functions.
        variant_field: the field that names the function.
        also: its id in a region where it has another name; the catalog holds a row for each.
        same_as: the id of the row this is another region's name of.
        documented: how much of it the pages show.
        notes: contradictions and gaps of the pages, and what we do about them.
    """

    id: str
    family: str
    summary: str
    request: type[Request]
    endpoint: str
    mode: Mode
    kind: Literal["video", "image", "audio", "text", "check", "template"]
    outputs: Mapping[str, OutputType]
    billing: Billing
    sync_endpoint: str | None = None
    sync_result: Result | None = None
    result: Result = Result()
    limits: Limits = Limits()
    limits_in: Mapping[Deployment, Limits] = field(default_factory=dict)
    regions: tuple[Region, ...] = ("beijing",)
    unsure_regions: tuple[Region, ...] = ()
    typical_seconds: tuple[float, float] = (60.0, 300.0)
    fps: int | None = None
    sound: bool | Literal["optional"] | None = False
    variants: Mapping[str, type[Request]] = field(default_factory=dict)
    variant_field: tuple[str, str] = ("input", "function")
    also: Mapping[Region, str] = field(default_factory=dict)
    same_as: str | None = None
    documented: Documented = "full"
    notes: tuple[str, ...] = ()

    @property
    def at_once(self) -> bool:
        """Whether one call gives the result: there is no task to ask for, to list or to cancel."""
        return self.mode != "async"

    @property
    def fields(self) -> dict[str, Field]:
        """Every field by its dotted path; of a model with several functions all of them together."""
        merged: dict[str, Field] = {}
        for kind in self.requests:
            for path, item in fields_of(kind).items():
                merged.setdefault(path, item)
        everywhere = [set(fields_of(kind)) for kind in self.requests]
        needed = {path for path in merged if all(path in known for known in everywhere)}
        return {
            path: replace(
                item, required=path in needed and all(fields_of(kind)[path].required for kind in self.requests)
            )
            for path, item in merged.items()
        }

    @property
    def requests(self) -> tuple[type[Request], ...]:
        """Every request class of the model."""
        return tuple(self.variants.values()) or (self.request,)

    def request_for(self, body: Mapping[str, Any]) -> type[Request] | None:
        """The request class that fits a body; None when the function it must name is missing or unknown."""
        if not self.variants:
            return self.request
        part = body.get(self.variant_field[0])
        name = part.get(self.variant_field[1]) if isinstance(part, Mapping) else None
        return self.variants.get(name) if isinstance(name, str) else None


def per_picture(prices: Mapping[Deployment, str], *, free_quota: int | None = 500, trial_only: bool = False) -> Billing:
    """Billing by the picture that came out or was looked at; those that failed are free.

    Args:
        prices: CNY a picture by deployment, as text so that no digit is lost.
        free_quota: free pictures of a new account, Beijing only.
        trial_only: whether it cannot be paid for: once the free quota is used up it cannot be called any more.
    """
    exact = {place: {"": Decimal(price)} for place, price in prices.items()}
    return Billing("image", ("image_count",), "flat", exact, free_quota=free_quota, trial_only=trial_only)


def per_second(
    usage_fields: tuple[str, ...],
    prices: Mapping[Deployment, Mapping[str, str]],
    *,
    by: PriceKey = "tier",
    words: Mapping[str, str] | None = None,
    max_seconds: float | None = None,
    input_seconds: bool = False,
    output_follows: str | None = None,
    free_quota: int | None = None,
) -> Billing:
    """Billing by the second, the prices written as text so that no digit is lost.

    Args:
        usage_fields: fields of ``usage`` that hold the billed seconds, the first present one counts.
        prices: CNY a second by deployment and key.
        by: what the price depends on.
        words: price keys by what ``usage.video_ratio`` calls them, where it does not say the key itself.
        max_seconds: the most seconds of output one request can be billed for.
        input_seconds: whether seconds of input are billed too.
        output_follows: the input field whose file the result is as long as.
        free_quota: free seconds of a new account, Beijing only.
    """
    return Billing(
        "second",
        usage_fields,
        by,
        {place: {key: Decimal(price) for key, price in table.items()} for place, table in prices.items()},
        words=words or {},
        max_seconds=max_seconds,
        input_seconds=input_seconds,
        output_follows=output_follows,
        free_quota=free_quota,
    )
