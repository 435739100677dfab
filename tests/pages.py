"""A page for people as tests take it: its files and commands, and a shell to run these in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from blocks.emulator import Emulator

ROOT = Path(__file__).parents[1]


class Page:
    """A Markdown file of the project.

    Attributes:
        text: all of it.
        blocks: language and text of each code block.
        files: the YAML blocks that name themselves in their first line, by that name.
        commands: every line of its shell blocks, without comments.
    """

    def __init__(self, path: str) -> None:
        self.text = (ROOT / path).read_text(encoding="utf-8")
        self.blocks: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", self.text, re.MULTILINE | re.DOTALL)
        named = [(re.match(r"# ([\w-]+\.yaml)\n", text), text) for kind, text in self.blocks if kind == "yaml"]
        self.files = {name[1]: text for name, text in named if name}
        lines = [line for kind, text in self.blocks if kind == "sh" for line in text.splitlines()]
        self.commands = [command for line in lines if (command := re.sub(r"\s+#.*$", "", line).strip())]

    def lay_out(self, folder: Path) -> Path:
        """Put its files into a folder, and the picture that it speaks of."""
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        Image.new("RGB", (720, 960), (180, 140, 110)).save(folder / "portrait.jpg")
        return folder


@contextmanager
def shell(prefect_server: str) -> Iterator[dict[str, str]]:
    """The environment of a shell in which `wanflow` is found and the service is an emulator that renders nothing."""
    with Emulator(render="none") as emulator:
        yield {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DASHSCOPE_API_KEY": "sk-page",
            "DASHSCOPE_BASE_URL": emulator.base_url,
            "PREFECT_API_URL": prefect_server,
        }


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command prints; a command that fails shows all it said."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
