"""A film whose pictures can be copied packet by packet into an MP4."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .clip import Clip, describe
from .concatenate import concatenate
from .errors import MediaError
from .sources import Source, name_of


@contextmanager
def copyable(source: Source) -> Iterator[Clip]:
    """The film itself; one in a codec that players do not expect in an MP4, encoded to H.264 while the context lasts.

    Raises:
        MediaError: it is no film, does not tell how long it is, or cannot be read.
    """
    film = describe(source)
    if film.look is not None:
        if not film.seconds:
            raise MediaError("does not tell how long it is", name_of(source))
        yield film
        return
    with TemporaryDirectory(prefix="wanflow-") as scratch:
        fitting = Path(scratch) / "film.mp4"
        concatenate([source], fitting)
        yield describe(fitting)
