"""Reading, checking and writing pictures, sound and film: plain functions over PyAV and Pillow.

All of them are synchronous, take local paths or seekable binary files, stream (never a whole film in memory), and
raise `MediaError`, which says what is wrong with which file.
"""

from __future__ import annotations

from .errors import MediaError
from .probe import MediaInfo, probe
from .sources import Source
from .writer import AudioFormat, VideoWriter

__all__ = ["AudioFormat", "MediaError", "MediaInfo", "Source", "VideoWriter", "probe"]
