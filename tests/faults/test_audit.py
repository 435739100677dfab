"""The audit finds what it is there for."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.faults.audit import Finding, audit
from tests.faults.workload import AT_ONCE, CHECK, FILM, Workload, identity

KEY = "sk-test-canary"
BODY = {"model": FILM, "input": {"prompt": "fog"}, "parameters": {"duration": 2, "size": "1280*720"}}


@dataclass
class End:
    """A round that ended as it should."""

    folder: Path
    tasks: list[dict[str, Any]]
    clean: bool = True
    answered: dict[str, int] = field(default_factory=lambda: {CHECK: 2, AT_ONCE: 1})

    @property
    def storage(self) -> Path:
        return self.folder / "media"

    @property
    def production(self) -> Path:
        return self.storage / "productions" / "fog-1"

    def change(self, **changes: Any) -> None:
        """Change the manifest's generation."""
        manifest = json.loads((self.production / "manifest.json").read_text())
        manifest["generations"][0] |= changes
        (self.production / "manifest.json").write_text(json.dumps(manifest))

    def audited(self) -> list[Finding]:
        """What the audit finds."""
        steps = {"fog": {"model": FILM}, "check": {"model": CHECK}, "now": {"model": AT_ONCE}}
        workload = Workload({"steps": steps, "deliver": {"fog.png": "${fog.image}"}}, Counter([identity(BODY)]))
        return audit(
            workload,
            self.tasks,
            Counter(self.answered),
            self.storage,
            self.folder,
            at_most={CHECK: 2, AT_ONCE: 1},
            key=KEY,
            runs=[self.folder / "run-1"],
            clean=self.clean,
            only_run=True,
        )


@pytest.fixture
def end(tmp_path: Path) -> End:
    usage = {"duration": 2, "output_video_duration": 2, "video_count": 1, "SR": 720, "size": "1280*720"}
    task = {"task_id": "t-1", "model": FILM, "status": "SUCCEEDED", "body": BODY, "outcome": {"usage": usage}}
    made = End(tmp_path, [task])
    made.production.mkdir(parents=True)
    Image.new("RGB", (64, 64), "grey").save(made.production / "fog.png")
    asset = {"sha256": hashlib.sha256((made.production / "fog.png").read_bytes()).hexdigest()}
    generation = {"step": "fog", "model": FILM, "fingerprint": "f", "task_id": "t-1", "request": BODY}
    manifest = {
        "generations": [generation | {"cost_cny": "1.2"}],
        "deliverables": [{"path": "fog.png", "asset": asset}],
    }
    (made.production / "manifest.json").write_text(json.dumps(manifest))
    (made.storage / "journal" / "owned").mkdir(parents=True)
    (made.storage / "journal" / "owned" / "t-1.json").write_text(json.dumps({"fingerprint": "f"}))
    (tmp_path / "run-1.out").write_text(json.dumps({"folder": str(made.production), "cost": {"amount": 1.2}}))
    return made


def _twice(end: End) -> None:
    end.tasks.append(end.tasks[0] | {"task_id": "t-2"})
    (end.storage / "journal" / "owned" / "t-2.json").write_text(json.dumps({"fingerprint": "f"}))


def _truncated(end: End) -> None:
    (end.production / "fog.png").write_bytes((end.production / "fog.png").read_bytes()[:50])


def _sum(end: End) -> None:
    (end.folder / "run-1.out").write_text(json.dumps({"folder": str(end.production), "cost": {"amount": 1.0}}))


WRONG: dict[str, tuple[str, Callable[[End], Any]]] = {
    "paid twice": ("duplicate", _twice),
    "still running beside a good one": ("duplicate", lambda end: (_twice(end), end.tasks[1].update(status="RUNNING"))),
    "a picture asked for twice": ("duplicate", lambda end: end.answered.update({AT_ONCE: 2})),
    "a check asked for in no run's name": ("duplicate", lambda end: end.answered.update({CHECK: 3})),
    "a check never asked for": ("lost", lambda end: end.answered.pop(CHECK)),
    "not accepted": ("lost", lambda end: end.tasks[0].update(status="FAILED")),
    "not delivered": ("lost", lambda end: (end.production / "fog.png").unlink()),
    "not whole": ("lost", _truncated),
    "somebody else's": ("lost", lambda end: end.change(request=BODY | {"input": {"prompt": "rain"}})),
    "another price": ("other", lambda end: end.change(cost_cny="1.3")),
    "another sum": ("other", _sum),
    "nobody's": ("other", lambda end: (end.storage / "journal" / "owned" / "t-1.json").unlink()),
    "open entry": ("other", lambda end: (end.storage / "journal" / "f-account.json").write_text("{}")),
    "left file": ("other", lambda end: (end.production / ".half.tmp").write_text("")),
    "key": ("other", lambda end: (end.folder / "run-1.err").write_text(f"Authorization: Bearer {KEY}")),
}


def test_nothing_wrong(end: End) -> None:
    """A round that ended as it should gives no finding; a failed task beside the good one costs nothing."""
    end.tasks.append(end.tasks[0] | {"task_id": "t-0", "status": "FAILED", "outcome": None})
    assert end.audited() == []


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong(end: End, wrong: str) -> None:
    """Each thing that may be wrong at the end of a round is found, under its kind."""
    kind, spoil = WRONG[wrong]
    spoil(end)
    assert kind in {finding.kind for finding in end.audited()}
