"""What the renderer is asked for and what it gives back; both cross a process boundary."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RenderJob:
    """One task's picture work.

    Attributes:
        model: Model id.
        task_id: Names the output files.
        request: The body as it came over the wire.
        inputs: The request's media, downloaded, by dotted field path such as "input.ref_images_url.0".
        out_dir: Existing folder for the output.
        seed: The same job with the same seed gives the same picture.
    """

    model: str
    task_id: str
    request: dict[str, Any]
    inputs: dict[str, Path]
    out_dir: Path
    seed: int

    @property
    def input(self) -> Mapping[str, Any]:
        """The request's ``input``, empty when it has none."""
        part = self.request.get("input")
        return part if isinstance(part, dict) else {}

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The request's ``parameters``, empty when it has none."""
        part = self.request.get("parameters")
        return part if isinstance(part, dict) else {}

    @property
    def prompt(self) -> str:
        """The prompt, also in the messages form; empty when there is none."""
        match self.input:
            case {"messages": [{"content": [{"text": str() as text}]}]}:
                return text
        return str(self.input.get("prompt") or "")

    def media(self, field: str) -> list[Path]:
        """Files of a field of ``input``: of a single value, or of a list in order."""
        prefix = f"input.{field}"
        many = [(key, path) for key, path in self.inputs.items() if key == prefix or key.startswith(prefix + ".")]
        return [path for _, path in sorted(many, key=lambda pair: (len(pair[0]), pair[0]))]


@dataclass(frozen=True)
class Rendered:
    """What was made.

    Attributes:
        files: The video, or the pictures in order.
        width: Pixels.
        height: Pixels.
        seconds: Length; 0 for pictures.
        fps: Frames a second; 0 for pictures.
        sound: Whether the video has a sound track.
    """

    files: tuple[Path, ...]
    width: int
    height: int
    seconds: float
    fps: float
    sound: bool
