"""Films of one request that have to be alike: in size, in frame rate, in length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blocks.catalog.requests import Conflict, Looked

_SLACK = 0.1  # seconds or pictures a second: containers count whole frames


def unlike(files: Mapping[str, Looked], field: str, other: str, *, size: bool, seconds: bool) -> Iterator[Conflict]:
    """What keeps a film from going with another film or picture of the same request; nothing when one was not seen.

    Args:
        files: what was found, by dotted field.
        field: the film that has to be like the other one.
        other: the film or picture it is held against.
        size: whether both have the same width and height; the frame rate is always the same.
        seconds: whether both are equally long.
    """
    here, there = files.get(field), files.get(other)
    if here is None or there is None:
        return
    name = other.rpartition(".")[2]
    if size and (here.width, here.height) != (there.width, there.height):
        asked = f"{name} has {there.width}x{there.height}, and they must be alike"
        yield Conflict(field, f"is {here.width}x{here.height} pixels; {asked}", refused=True)
    if here.fps is not None and there.fps is not None and abs(here.fps - there.fps) > _SLACK:
        asked = f"{name} has {there.fps:g}, and they must be alike"
        yield Conflict(field, f"has {here.fps:g} pictures a second; {asked}", refused=True)
    if not seconds or here.seconds is None or there.seconds is None:
        return
    if abs(here.seconds - there.seconds) > _SLACK:
        asked = f"{name} is {there.seconds:.1f} seconds long, and they must be alike"
        yield Conflict(field, f"is {here.seconds:.1f} seconds long; {asked}", refused=True)
