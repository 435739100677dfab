"""Reference to video: characters of given videos and pictures play in a new scene; a video lends its voice too.

Facts: models.yaml, the rows of family reference-to-video; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlsplit

from annotated_types import Len
from pydantic import Field, Strict

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.model import VIDEO_SYNTHESIS, Limits, Model, Result, per_second
from blocks.catalog.pictures import UPLOADED
from blocks.catalog.requests import Conflict, Input, Parameters, Request
from blocks.catalog.wan import (
    DURATION,
    SIZE,
    TIERS,
    LongPrompt,
    NegativePrompt,
    Seed,
    ShotType,
    Size720,
    Size1080,
    Watermark,
)

MOST_VIDEOS = 3
MOST_REFERENCES = 5
BILLED_SECONDS: dict[int, Decimal] = {
    1: Decimal(5),
    2: Decimal("2.5"),
    3: Decimal("1.65"),
    4: Decimal("1.25"),
    5: Decimal(1),
}
"""The most seconds of one video that are billed, by the number of references; pictures count and are free."""

_VIDEO = Media(
    "video",
    ("mp4", "mov"),
    accepts=UPLOADED,
    min_seconds=1,
    max_seconds=30,
    max_bytes=100 * MEGABYTE,
    most=MOST_VIDEOS,
)
_PICTURE = Media(
    "image",
    ("jpeg", "jpg", "png", "bmp", "webp"),
    accepts=UPLOADED,
    min_side=240,
    max_side=5000,
    max_bytes=10 * MEGABYTE,
    alpha=False,
    also=_VIDEO,
)
# No letter before it: Chinese characters stand right beside the names.
_NAME = re.compile(r"(?<![A-Za-z])character(\d+)", re.IGNORECASE)


class ReferenceInput(Input):
    """Words, and one to five characters."""

    prompt: Annotated[
        LongPrompt,
        Field(
            description="What happens; names the references character1, character2 … in their order.",
            examples=["character1 walks through falling snow"],
        ),
    ]
    negative_prompt: NegativePrompt | None = None
    reference_urls: Annotated[
        tuple[Annotated[str, _PICTURE], ...],
        Strict(False),
        Len(1, MOST_REFERENCES),
        Field(description=f"One character each, at most {MOST_VIDEOS} videos; a video lends its voice and is billed."),
    ]

    def conflicts(self) -> Iterator[Conflict]:
        """Videos are few, and prompt and references name the same characters."""
        videos = sum(_kind(address) == "video" for address in self.reference_urls)
        if videos > MOST_VIDEOS:
            yield Conflict(
                "reference_urls", f"holds {videos} videos; at most {MOST_VIDEOS} references may be videos", refused=True
            )
        named = {int(number) for number in _NAME.findall(self.prompt)}
        given = set(range(1, len(self.reference_urls) + 1))
        if unknown := sorted(named - given):
            many = f"{len(given)} references" if len(given) > 1 else "1 reference"
            yield Conflict("prompt", f"names {_names(unknown)}, but there {_are(given)} {many}")
        elif unnamed := sorted(given - named):
            yield Conflict("prompt", f"does not name {_names(unnamed)}; the model knows a reference only by its name")


def _names(numbers: list[int]) -> str:
    return ", ".join(f"character{number}" for number in numbers)


def _are(given: set[int]) -> str:
    return "are only" if len(given) > 1 else "is only"


def _kind(address: str) -> str | None:
    """What an address points to by its ending; None: it does not say."""
    ending = urlsplit(address).path.rpartition(".")[2].lower()
    return next((kind for kind in _PICTURE.kinds if ending in _PICTURE.of(kind).formats), None)


class ReferenceToVideo(Request):
    """New scenes for known characters."""

    input: ReferenceInput

    @property
    def tier(self) -> str | None:
        """The tier of the size asked for."""
        return TIERS.get(str(getattr(self.parameters, "size", "")))

    def input_seconds_from(self, lengths: Mapping[str, float]) -> Decimal | None:
        """Each video counts up to a cap that shrinks with the number of references (models.yaml input_rule)."""
        references = self.input.reference_urls
        cap = BILLED_SECONDS[len(references)]
        billed = []
        for at, address in enumerate(references):
            if _kind(address) == "image":
                continue
            length = lengths.get(f"input.reference_urls.{at}")
            if length is None:
                return None
            billed.append(min(Decimal(str(length)), cap))
        return sum(sorted(billed, reverse=True)[:MOST_VIDEOS], Decimal(0))


class Wan26Parameters(Parameters):
    """wan2.6-r2v."""

    size: Annotated[Literal[Size720, Size1080], Field(description=SIZE)] = "1920*1080"
    duration: Annotated[int, Field(ge=2, le=10, description=DURATION)] = 5
    shot_type: ShotType = "single"
    watermark: Watermark = False
    seed: Seed | None = None


class Wan26(ReferenceToVideo):
    """wan2.6-r2v: with sound."""

    model: Literal["wan2.6-r2v"] = "wan2.6-r2v"
    parameters: Wan26Parameters = Field(default_factory=Wan26Parameters)


class Wan26FlashParameters(Wan26Parameters):
    """wan2.6-r2v-flash."""

    audio: Annotated[bool, Field(description="With sound or silent; changes the price.")] = True


class Wan26Flash(ReferenceToVideo):
    """wan2.6-r2v-flash: with or without sound."""

    model: Literal["wan2.6-r2v-flash"] = "wan2.6-r2v-flash"
    parameters: Wan26FlashParameters = Field(default_factory=Wan26FlashParameters)


_row = partial(
    Model,
    family="reference-to-video",
    endpoint=VIDEO_SYNTHESIS,
    mode="async",
    kind="video",
    outputs={"video": "video"},
    result=Result(urls=("output.video_url",)),
    unsure_regions=("virginia",),
    limits=Limits(5, 5),
    fps=30,
)
_NOTES = (
    "usage.duration is input plus output seconds. It is typed as a whole number of input seconds, which caps of 2.5, "
    "1.65 and 1.25 s are not; with three references the cap is 1.65 s and not a third of 5.",
    "Whether case matters in character1 is not said; one sample writes Character1, and both are taken.",
    "Before a file is read its ending tells video from picture.",
    "models.yaml confirms Beijing only; models-extra.yaml prices the other deployments.",
    "models.yaml takes five references of which three may be videos; the prompt guide in models-extra.yaml speaks of "
    "three at most. Five is followed, as the reference of the call says it.",
    "An older field for the references is withdrawn and left out.",
)

MODELS = (
    _row(
        id="wan2.6-r2v-flash",
        summary="Characters of videos and pictures in a new scene, with sound or silent, faster; 2 to 10 s.",
        request=Wan26Flash,
        billing=per_second(
            ("duration",),
            {
                "beijing": {
                    "720P with sound": "0.3",
                    "1080P with sound": "0.5",
                    "720P silent": "0.15",
                    "1080P silent": "0.25",
                },
                "singapore": {
                    "720P with sound": "0.366962",
                    "1080P with sound": "0.550443",
                    "720P silent": "0.183481",
                    "1080P silent": "0.275221",
                },
            },
            by="tier and sound",
            input_seconds=True,
            free_quota=50,
        ),
        limits_in={"singapore": Limits(5, 5)},
        regions=("beijing", "singapore"),
        sound="optional",
        notes=_NOTES,
    ),
    _row(
        id="wan2.6-r2v",
        summary="Characters of videos and pictures in a new scene, with sound; several shots; 2 to 10 s.",
        request=Wan26,
        billing=per_second(
            ("duration",),
            {
                "beijing": {"720P": "0.6", "1080P": "1.0"},
                "singapore": {"720P": "0.733924", "1080P": "1.100886"},
                "global": {"720P": "0.6", "1080P": "1.0"},
            },
            input_seconds=True,
            free_quota=50,
        ),
        limits_in={"singapore": Limits(5, 5), "global": Limits(5, 5)},
        regions=("beijing", "singapore", "virginia"),
        sound=True,
        notes=_NOTES,
    ),
)
