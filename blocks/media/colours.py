"""How a film's numbers become colours, where the film does not say."""

from __future__ import annotations

import av
from av.video.reformatter import Colorspace

_UNSPECIFIED = 2
HD_HEIGHT = 720
"""From this on players take colours that are not stated for those of HD."""


def colourspace_of(frame: av.VideoFrame) -> int:
    """The colour space of a decoded frame; when it states none, what players assume for its size."""
    if frame.colorspace != _UNSPECIFIED:
        return frame.colorspace
    return int(Colorspace.ITU709 if frame.height >= HD_HEIGHT else Colorspace.SMPTE170M)
