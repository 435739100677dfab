"""What a campaign leaves: a folder with a line for each row, as a page, as CSV and as JSON, and links to the rest."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any

from flows import review
from flows.manifest import Deliverable, Manifest, ManifestGeneration, ManifestStep, known_total
from flows.pictures import contact_sheet, moments_of
from flows.production import Production, folder_of
from flows.wording import PRODUCTION_STATES, plural, without_secrets
from tasks import reporting
from tasks.prices import price
from tasks.session import Session, now

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


class Summary(Production):
    """A campaign as a production: its steps are the rows, its files are theirs.

    Attributes:
        rows: a line for each, as in ``summary.json``.
    """

    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class RowEnd:
    """How a row went.

    Attributes:
        params: as the table and the campaign said them.
        production: None when the row did not come so far.
        error: why it, or a part of it, failed.
    """

    number: int
    name: str
    params: dict[str, Any]
    production: Production | None
    error: str | None

    @property
    def state(self) -> str:
        """``done``, ``partly`` or ``failed``."""
        return self.production.state if self.production else "failed"

    @property
    def generations(self) -> list[ManifestGeneration]:
        """What it asked of models."""
        return self.production.manifest.generations if self.production else []

    @property
    def files(self) -> list[Deliverable]:
        """Its files, relative to the campaign's folder."""
        if self.production is None:
            return []
        home = self.production.folder.removeprefix("productions/")
        found = self.production.manifest.deliverables
        return [one.model_copy(update={"path": f"../{home}/{one.path}"}) for one in found]

    @property
    def words(self) -> str:
        """``3 generations, 1 cached, ¥1.50``."""
        made = [one for one in self.generations if one.error is None]
        cached = sum(one.cached for one in made)
        said = [plural(len(made), "generation"), f"{cached} cached" if cached else "", price(self.cost)]
        return ", ".join(part for part in said if part)

    @property
    def cost(self) -> Decimal | None:
        """What it cost in this run, CNY; None is unknown."""
        return self.production.manifest.cost_cny if self.production else Decimal(0)

    def line(self) -> dict[str, Any]:
        """Its line of the summary."""
        manifest = self.production.manifest if self.production else None
        return {
            "row": self.number,
            "name": self.name,
            "state": self.state,
            "cost_cny": self.cost,
            "saved_cny": manifest.saved_cny if manifest else Decimal(0),
            "unknown_costs": manifest.unknown_costs if manifest else 0,
            "generations": len(self.generations),
            "cached": sum(one.cached for one in self.generations),
            "seconds_taken": round((manifest.finished_at - manifest.started_at).total_seconds(), 1)
            if manifest
            else None,
            "production": self.production.uri if self.production else None,
            "page": self.production.page if self.production else None,
            "files": [one.asset.uri for one in self.files],
            "error": without_secrets(self.error) if self.error else None,
        }


async def deliver_summary(
    ends: list[RowEnd],
    *,
    session: Session,
    title: str,
    makes: str,
    about: str,
    run_name: str,
    started_at: datetime,
    flow_run_id: str | None = None,
) -> Summary:
    """Write a campaign's folder, and show it in the UI.

    Args:
        makes: the pipeline that the rows are productions of.
        about: what it makes, in a line.
    """
    folder = folder_of(title, run_name)
    files = [file for end in ends for file in end.files]
    sheet = await contact_sheet(session.storage, folder, _moments(ends))
    lines = [end.line() for end in ends]
    manifest = Manifest(
        wanflow=version("wanflow"),
        production=folder.removeprefix("productions/"),
        title=title,
        pipeline="campaign",
        description=about,
        started_at=started_at,
        finished_at=now(),
        storage=session.storage.root,
        service=session.service,
        region="emulator" if session.emulated else session.region,
        state=_state(ends),
        steps=[_step(end, makes) for end in ends],
        generations=[
            one.model_copy(update={"step": f"{end.name}/{one.step}"}) for end in ends for one in end.generations
        ],
        deliverables=files,
        files=["summary.csv", "summary.json"],
        contact_sheet="contact-sheet.jpg" if sheet else None,
        cost_cny=known_total([line["cost_cny"] for line in lines]),
        saved_cny=known_total([line["saved_cny"] for line in lines]),
        unknown_costs=sum(line["unknown_costs"] for line in lines),
        flow_run_id=flow_run_id,
    )
    params = [_params(end) for end in ends]
    rows = [{**line, "parameters": said} for line, said in zip(lines, params, strict=True)]
    texts = {
        "summary.csv": _csv(lines),
        "summary.json": json.dumps(rows, ensure_ascii=False, indent=2, default=str) + "\n",
        "manifest.json": manifest.model_dump_json(indent=2) + "\n",
        "index.html": _page(manifest, ends, params),
    }
    for path, text in texts.items():
        await session.storage.write_bytes(f"{folder}/{path}", text.encode())
    page = session.storage.uri(f"{folder}/index.html")
    await reporting.summary_table([_shown(end) for end in ends], manifest)
    await reporting.production_link(page, title, pipeline="campaign")
    reporting.production_event(manifest)
    return Summary(
        manifest=manifest,
        folder=folder,
        uri=session.storage.uri(folder),
        page=page,
        contact_sheet=sheet,
        rows=rows,
    )


def _state(ends: list[RowEnd]) -> Any:
    states = {end.state for end in ends}
    return states.pop() if len(states) == 1 else "partly"


def _step(end: RowEnd, makes: str) -> ManifestStep:
    return ManifestStep(
        name=str(end.number),
        title=end.name,
        uses=f"pipeline {makes}",
        state="failed" if end.error else "done",
        reason=end.error,
        assets=[one.asset for one in end.files],
    )


def _moments(ends: list[RowEnd]) -> list[Any]:
    """A picture of each row: of its first file that can be seen."""
    firsts = [(end, moments_of(end.files, [])[:1]) for end in ends]
    return [type(found[0])(found[0].path, found[0].at, end.name) for end, found in firsts if found]


def _params(end: RowEnd) -> dict[str, Any]:
    """What the row said, in the order of the pipeline; media as the run found them."""
    found = end.production.manifest.params if end.production else {}
    return {name: found.get(name, value) for name, value in end.params.items()}


def _csv(lines: list[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(lines[0]), lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({**line, "files": " ".join(line["files"])})
    return out.getvalue()


def _shown(end: RowEnd) -> dict[str, Any]:
    """A row for the table in the UI."""
    return {
        "Row": end.number,
        "Production": end.name,
        "State": PRODUCTION_STATES[end.state],
        "Generations": len(end.generations),
        "Cached": sum(one.cached for one in end.generations),
        "Cost": end.cost,
        "Where": end.production.page if end.production else "–",
        "Why": without_secrets(end.error) if end.error else "–",
    }


def _page(manifest: Manifest, ends: list[RowEnd], params: list[dict[str, Any]]) -> str:
    rows = [{"end": end, "params": _said(said), **_links(end)} for end, said in zip(ends, params, strict=True)]
    return review.page(
        "campaign.html.j2",
        m=manifest,
        rows=rows,
        animatic="emulator" in (manifest.region, manifest.service),
        cached=sum(one.cached for one in manifest.generations),
        state_words=PRODUCTION_STATES[manifest.state],
        states=PRODUCTION_STATES,
    )


def _said(params: dict[str, Any]) -> dict[str, str]:
    """Parameters for people: of a file its name."""
    return {name: _short(value) for name, value in params.items()}


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_short(item) for item in value)
    text = str(value)
    local = text.startswith(("/", "file://"))
    return PurePosixPath(text).name if local else without_secrets(text)


def _links(end: RowEnd) -> dict[str, Any]:
    """Where a row's page, files and picture are, from the campaign's page."""
    files = end.files
    pictures = [one.path for one in files if one.path.lower().endswith(_PICTURES)]
    beside = {str(PurePosixPath(one.path).with_suffix("")) for one in files if one.asset.kind == "video"}
    home = end.production.folder.removeprefix("productions/") if end.production else ""
    return {
        "page": f"../{home}/index.html" if home else None,
        "picture": pictures[0] if pictures else None,
        "files": [
            (one.path.removeprefix(f"../{home}/"), one.path)
            for one in files
            if one.asset.kind != "image" or str(PurePosixPath(one.path).with_suffix("")) not in beside
        ],
    }
