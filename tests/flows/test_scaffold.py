"""``wanflow new``."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.emulator import Emulator
from blocks.media import probe
from blocks.storage import MediaStorage
from flows.document import InvalidInput
from flows.pipeline import load
from flows.plan import make_plan
from flows.producing import run_pipeline
from flows.scaffold import scaffold
from tasks.reach import Reach
from tasks.session import Session
from tests.flows.conftest import wanflow


async def test_what_is_written_plans_as_it_stands(tmp_path: Path, storage: MediaStorage) -> None:
    """The new file is a pipeline named after it, with two clips to pay for."""
    path = scaffold(tmp_path / "paper-boats")
    assert path.name == "paper-boats.yaml"
    pipeline, _ = load(path)
    plan = await make_plan(pipeline, {}, Reach(tmp_path, storage), emulated=True)
    assert (plan.pipeline, plan.calls, plan.deliver) == ("paper-boats", 2, ["paper-boats.mp4", "looks.jpg"])


@pytest.mark.slow
async def test_what_is_written_runs_as_it_stands(tmp_path: Path, service: Emulator, session: Session) -> None:
    """The new pipeline delivers a film of both looks and a picture of them."""
    pipeline, _ = load(scaffold(tmp_path / "boats.yaml"))
    production = await run_pipeline(pipeline, {})
    assert production.state == "done"
    made = {one.path: Path(one.asset.uri) for one in production.manifest.deliverables}
    assert {"boats.mp4", "looks.jpg"} <= set(made)
    assert probe(made["boats.mp4"]).media_type == "video/mp4"
    assert probe(made["looks.jpg"]).media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("there.yaml", "exists already"),
        ("clip.mp4", r"ends with \.yaml"),
        ("1st.yaml", "is no name for a pipeline"),
        ("two words.yaml", "is no name for a pipeline"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """Nothing is overwritten, and a name that no pipeline may have is refused."""
    (tmp_path / "there.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match=said):
        scaffold(tmp_path / name)
    assert (tmp_path / "there.yaml").read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / "there.yaml"]


def test_the_command_says_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`wanflow new mine.yaml` writes both files and names the next command; a second time it refuses."""
    monkeypatch.chdir(tmp_path)
    done = wanflow("new", "mine.yaml")
    assert done.exit_code == 0 and "wanflow plan mine.yaml" in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.yaml", "pipeline.schema.json"]
    assert wanflow("new", "mine.yaml").exit_code == 2
