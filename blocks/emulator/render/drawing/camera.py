"""How the camera moves in a shot: the window each layer is seen through at a moment."""

import math
from dataclasses import dataclass
from typing import Literal

Move = Literal["static", "push", "pull", "pan-left", "pan-right", "tilt-up", "tilt-down", "orbit"]

MARGIN = 1.2
"""Layers are this much larger than the frame."""
PAN = 0.042
"""Half a pan at depth 1, as a part of the frame's side."""
ZOOM = 0.11


@dataclass(frozen=True)
class Camera:
    """A move through one shot.

    Attributes:
        move: What it does.
        size: Frame width and height in pixels.
        seconds: Length of the shot.
    """

    move: Move
    size: tuple[int, int]
    seconds: float

    def window(self, at: float, depth: float, drift: float = 0.0) -> tuple[float, float, float, float]:
        """The part of a layer that fills the frame.

        Args:
            at: Seconds into the shot.
            depth: The layer's depth.
            drift: Pixels a second the layer moves by itself to the left.

        Returns:
            Left, top, right, bottom in layer pixels.
        """
        width, height = self.size
        across, down, zoom = self._state(at / max(self.seconds, 0.001))
        zoom = 1 + (zoom - 1) * (0.35 + 0.65 * depth)
        room = (MARGIN - 1) / 2
        across = max(-room, min(room, across * depth + drift * (at - self.seconds / 2) / width))
        down = max(-room, min(room, down * depth))
        centre_x = width * (MARGIN / 2 + across)
        centre_y = height * (MARGIN / 2 + down)
        half_w, half_h = width / zoom / 2, height / zoom / 2
        return centre_x - half_w, centre_y - half_h, centre_x + half_w, centre_y + half_h

    def place(self, x: float, y: float, at: float, depth: float = 1.0) -> tuple[float, float, float]:
        """Where a point of a layer lies in the frame, and how much larger it is there."""
        left, top, right, _ = self.window(at, depth)
        scale = self.size[0] / (right - left)
        return (x - left) * scale, (y - top) * scale, scale

    def _state(self, part: float) -> tuple[float, float, float]:
        """Sideways, downwards (parts of the frame) and zoom at a part of the shot."""
        eased = part * 0.75 + 0.25 * (0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, part))))
        swing = PAN * (2 * eased - 1)
        match self.move:
            case "push":
                return 0.0, 0.0, 1 + ZOOM * eased
            case "pull":
                return 0.0, 0.0, 1 + ZOOM * (1 - eased)
            case "pan-right":
                return swing, 0.0, 1.0
            case "pan-left":
                return -swing, 0.0, 1.0
            case "tilt-up":
                return 0.0, -swing * 1.3, 1.0
            case "tilt-down":
                return 0.0, swing * 1.3, 1.0
            case "orbit":
                return 1.25 * PAN * math.sin(math.pi * (eased - 0.5)), 0.0, 1.0
        return 0.0, 0.0, 1.0
