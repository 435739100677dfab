"""The pages of docs/models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flows
from blocks import catalog
from flows import model_pages

ROOT = Path(flows.__file__).parents[1]


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    """The pages as the catalog has them now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return model_pages.pages()


def test_the_pages_are_those_of_the_catalog(made: dict[Path, str]) -> None:
    """What stands in docs/models is what the catalog says: no page is stale, missing or left over."""
    written = [*ROOT.glob("docs/models/*.md"), *ROOT.glob("docs/models/pipelines/*.yaml")]
    there = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in written}
    differ = sorted(str(path) for path in made.keys() | there.keys() if made.get(path) != there.get(path))
    assert not differ, f"run `make docs`: {', '.join(differ)}"


def test_every_model_has_a_page_and_a_line_in_the_list(made: dict[Path, str]) -> None:
    """The list leads to each page, and no link of any page leads nowhere."""
    listed = made[model_pages.FOLDER / "README.md"]
    for model in catalog.MODELS:
        assert f"[{model}]({model}.md)" in listed
    for path, text in made.items():
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            assert path.parent / target in made or (ROOT / path.parent / target).exists(), (path, target)


def test_every_table_is_whole(made: dict[Path, str]) -> None:
    """Each row of a table has as many cells as its head, and no line of a table breaks off."""
    for path, text in made.items():
        cells = 0
        for line in text.splitlines():
            if not line.startswith("|"):
                cells = 0
                continue
            count = len(re.findall(r"(?<!\\)\|", line))
            assert line.endswith("|") and count == (cells or count), (path, line)
            cells = count


def test_a_page_shows_what_the_row_says(made: dict[Path, str]) -> None:
    """Fields, limits, price, regions, an example with its sum, and the source of each."""
    text = made[model_pages.FOLDER / "wan2.6-i2v.md"]
    for part in (
        "wanflow generate wan2.6-i2v \\",
        "The request above costs ¥2.40 in Beijing: 4 seconds at ¥0.60.",
        "| `parameters.duration` | integer 2…15 | 5 | Seconds of video; each is billed. | reference 1: 5021-",
        "sides 360…2000 px, no transparency, up to 10 MB",
        "| singapore | ¥0.733924 | ¥1.100886 |",
        "| limits | 5 submits a second, 5 tasks in progress | public 4; 5 |",
        "| usual time | 1 to 5 minutes | reference 1: 4824 |",
        "1. [Image to video from a first frame, API reference](https://help.aliyun.com/",
    ):
        assert part in text, part


def test_a_page_names_both_sides_of_a_contradiction(made: dict[Path, str]) -> None:
    """Where pages disagree, the page says what we follow and what the other one says."""
    text = made[model_pages.FOLDER / "video-style-transform.md"]
    assert "limits: Rate limits, autumn, says: 20 submits a second, 2 tasks in progress; we follow" in text
    assert "| limits | 2 submits a second, 1 task in progress | disputed" in text


def test_what_is_left_over_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose model is gone goes; a second time nothing changes."""
    monkeypatch.chdir(ROOT)
    stale = tmp_path / "docs/models/wan0.1.md"
    stale.parent.mkdir(parents=True)
    stale.write_text("old", encoding="utf-8")
    assert stale in model_pages.write(tmp_path)
    assert not stale.exists() and (tmp_path / "docs/models/pipelines/emo-v1.yaml").is_file()
    assert model_pages.write(tmp_path) == []
