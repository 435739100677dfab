"""An asset: a finished file in storage, with what it is and where it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

MediaKind = Literal["video", "image", "audio", "file"]


class Asset(BaseModel):
    """A file in storage.

    Attributes:
        uri: where it is: an fsspec URL, or an absolute path on a local file system.
        path: the same place relative to the storage root.
        media_type: by content, e.g. ``video/mp4``.
        bytes: size in bytes.
        sha256: of the whole file, hex.
        width: pixels, of pictures and film.
        height: pixels, of pictures and film.
        seconds: length of film and sound.
        source_url: the provider's result URL, without being a promise that it still lives.
        source_expires: when that URL dies (24 hours after the job ended).
        source_account: whose result it is; only that account can hand it back to a model.
    """

    model_config = ConfigDict(frozen=True)

    uri: str
    path: str
    media_type: str
    bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    has_audio: bool | None = None
    source_url: str | None = None
    source_expires: datetime | None = None
    source_account: str | None = None

    @property
    def kind(self) -> MediaKind:
        """What a pipeline may use it as."""
        match self.media_type.partition("/")[0]:
            case "video":
                return "video"
            case "image":
                return "image"
            case "audio":
                return "audio"
            case _:
                return "file"
