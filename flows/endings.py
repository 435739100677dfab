"""How the files that are delivered may end: as what they hold, or as what it becomes."""

from __future__ import annotations

from pathlib import PurePosixPath

from flows.kinds import FILES, an
from flows.outputs import output_of, output_types
from flows.pipeline import Pipeline, Step
from flows.references import Reference, whole

_MADE = {"video": (".mp4",), "audio": (".m4a",), "image": (".png", ".jpg", ".jpeg")}
"""Of what steps make; pictures are converted."""

_GIVEN = {
    "video": (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi"),
    "audio": (".m4a", ".mp3", ".wav", ".aac", ".flac", ".ogg", ".opus"),
    "image": (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"),
}
"""Of what people give: it is delivered as it is; pictures are converted to PNG and JPEG."""


def wrong_ending(pipeline: Pipeline, path: str, one: Reference) -> str | None:
    """What is wrong with the ending of a deliverable, if anything, and what to write.

    Args:
        one: what is delivered under that path.
    """
    taken = _endings(pipeline, one)
    ending = PurePosixPath(path).suffix
    if not taken or ending.lower() in taken:
        return None
    wrong = f"ends in {ending}" if ending else "has no ending"
    kind = output_of(pipeline, one).type
    what = "an animation" if taken[0] in (".gif", ".webp") else an(kind)
    instead = PurePosixPath(path).with_suffix(taken[0])
    return f"{wrong}, but {one} is {what}, which is delivered as {', '.join(taken)}: write {instead}"


def suggested(pipeline: Pipeline) -> str | None:
    """What could be delivered, as a line of the file: what the last step gives that gives a file; None: none does."""
    for name in reversed(pipeline.order):
        for output, kind in output_types(pipeline.steps[name]).items():
            one = Reference(name, output)
            if kind in FILES and (taken := _endings(pipeline, one)):
                listed = output_of(pipeline, one).listed
                return f'deliver: {{"{name}{"-{n}" if listed else ""}{taken[0]}": "${{{one}}}"}}'
    return None


def _endings(pipeline: Pipeline, one: Reference) -> tuple[str, ...]:
    """The endings that a file may have; empty when any will do."""
    kind = output_of(pipeline, one).type
    if one.name in pipeline.params:
        return _GIVEN.get(kind, ())
    step = pipeline.steps[one.name]
    if step.use == "animation":
        return _of_animation(step)
    if step.inner is not None:
        each = [_endings(step.inner, of) for of in whole(step.inner.gives.get(one.output or "")) or ()]
        return tuple(ending for ending in each[0] if all(ending in others for others in each)) if each else ()
    return _MADE.get(kind, ())


def _of_animation(step: Step) -> tuple[str, ...]:
    said = step.input.get("format", "gif")
    return (f".{said}",) if said in ("gif", "webp") else (".gif", ".webp")
