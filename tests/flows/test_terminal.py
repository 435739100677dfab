"""What the terminal shows of steps and productions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from flows.manifest import Manifest, ManifestGeneration, ManifestStep
from flows.pipeline import Step
from flows.step_run import StepRun
from flows.terminal import Progress, show_production
from tasks.asset import Asset
from tasks.records import Failure, Generation

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def generation(model: str, **more: Any) -> Generation:
    return Generation(fingerprint="f" * 64, model=model, request={}, **more)


def manifest(**given: Any) -> Manifest:
    """Of a production that took nine seconds."""
    return Manifest(
        wanflow="0",
        production="p",
        title="P",
        pipeline="p",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=9),
        storage="/media",
        service="s",
        region="emulator",
        **given,
    )


def test_a_step_that_another_model_made_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds, price, the model that made it, and that the first failed and why: one does not hide the other."""
    step = Step(title="Grandma talks", model="wan2.2-s2v", fallback=["liveportrait"], input={})
    said = "Grandma talks: by liveportrait; wan2.2-s2v failed: InternalError.Algo: inference internal error."
    made = [
        (None, generation("wan2.2-s2v", failure=Failure(code="InternalError.Algo", message="x"), cost_cny=Decimal(0))),
        (None, generation("liveportrait", status="SUCCEEDED", cost_cny=Decimal("0.08"))),
    ]
    Progress([])(
        StepRun("talk", step, state="done", generations=made, reason=said, stood_in=[said], seconds_taken=40.6)
    )
    assert " ".join(capsys.readouterr().err.split()) == (
        "✓ Grandma talks (wan2.2-s2v) done: 40.6 s, ¥0.08; by liveportrait; "
        "wan2.2-s2v failed: InternalError.Algo: inference internal error."
    )


def test_the_end_counts_what_was_made_apart_from_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """Four were asked for and one failed: three were made; what was left out and what stood in is named."""
    made = [ManifestGeneration(step="clip", fingerprint="f", model="m", request={}, status="SUCCEEDED")] * 3
    failed = made[0].model_copy(update={"status": "FAILED", "error": {"code": "InternalError.Algo"}})
    left_out = "clip 2 (Kitchen): InternalError.Algo: inference internal error."
    stood_in = "clip 3 (Hall): by b; a failed: InternalError"
    step = ManifestStep(name="clip", uses="m", state="done", left_out=[left_out], stood_in=[stood_in])
    shown = manifest(state="partly", steps=[step], generations=[*made, failed])
    show_production(shown, "/media/index.html")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [f"– left out: {left_out}", f"– {stood_in}"]
    assert lines[-1] == "made    3 generations (1 failed), 9 s"


def test_what_was_made_and_not_delivered_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that delivers no file says where the results of its steps lie."""
    made = [Asset(uri=f"/media/edits/{n}.png", path="", media_type="image/png", bytes=1, sha256="") for n in (1, 2)]
    step = ManifestStep(name="squares", uses="fit_image", state="done", needs=[], assets=made, seconds_taken=1)
    show_production(manifest(state="done", steps=[step], generations=[]), "/media/index.html")
    assert "kept    squares: /media/edits/1.png and 1 more\n" in capsys.readouterr().out
