"""What is told of pipelines before they run."""

from __future__ import annotations

import pytest

from flows.listing import pipeline_listed, show_pipeline


def test_a_pipeline_tells_what_its_parameters_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Kinds, choices and defaults are there for programs and for people; what has none says nothing of it."""
    presenter = pipeline_listed("presenter")
    assert presenter["params"]["speech"]["items"] == "audio"
    assert presenter["params"]["shape"]["choices"] == ["1:1", "3:4"]
    assert presenter["params"]["shape"]["default"] == "1:1"
    assert not {"choices", "default", "items"} & set(presenter["params"]["portrait"])
    show_pipeline(presenter)
    shown = " ".join(capsys.readouterr().out.split())
    assert "list of audio" in shown and "One of 1:1, 3:4. Else 1:1." in shown
    assert presenter["gives"] == ["presenter"] and "As a step of another pipeline it gives presenter." in shown
    show_pipeline(pipeline_listed("dub"))
    assert "Else yes." in " ".join(capsys.readouterr().out.split())
    show_pipeline(pipeline_listed("character-film"))
    assert "billed with every scene. Else none." in " ".join(capsys.readouterr().out.split())
