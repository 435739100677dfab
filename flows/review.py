"""The review page: one self-contained ``index.html`` that plays a production beside its prompts and costs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows import wording
from flows.manifest import Deliverable, Manifest, ManifestGeneration, ManifestScene
from tasks.prices import price

_TEMPLATES = Path(__file__).parent / "templates"
_FILM = "film.mp4"
_POSTERS = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True)
class Media:
    """A media element of the page: where it is (a relative link) and what it is."""

    href: str
    name: str
    kind: str
    facts: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    poster: str | None = None


@dataclass(frozen=True)
class Shot:
    """A shot with its place in the scene's clip."""

    prompt: str
    start: float
    end: float


@dataclass(frozen=True)
class Scene:
    """A scene with all the page says of it; ``starts_at`` is its place in the film, None when it is not there."""

    scene: ManifestScene
    shots: Sequence[Shot]
    raw: Media | None
    styled: Media | None
    generations: Sequence[ManifestGeneration]
    seconds: float
    starts_at: float | None


def render(manifest: Manifest) -> str:
    """Draw the review page of a production.

    Args:
        manifest: the production; paths in it are relative to the production's folder, where the page belongs too.

    Returns:
        The whole page: styles and script inline, nothing loaded from elsewhere, media by relative links, so that it
        opens from a disk as well as from object storage.
    """
    paths = {d.path: d for d in manifest.deliverables}
    film = _film(manifest, paths)
    scenes = _scenes(manifest, paths)
    shown = _shown_elsewhere(manifest, paths, film)
    rest = [_media(d, paths) for d in manifest.deliverables if d.path not in shown]
    script = (_TEMPLATES / "review.js").read_text("utf-8")
    return (
        _environment()
        .get_template("review.html.j2")
        .render(
            m=manifest,
            film=film,
            scenes=scenes,
            chapters=[s for s in scenes if s.starts_at is not None] if film else [],
            failed_scenes=[s for s in scenes if s.scene.error],
            failed_steps=[s for s in manifest.steps if s.state == "failed"],
            sheet=_sheet(manifest, paths),
            gallery=[m for m in rest if m.kind != "file"],
            texts=_texts(manifest, rest),
            animatic="emulator" in (manifest.region, manifest.service),
            cached=sum(g.cached for g in manifest.generations),
            state_words=wording.PRODUCTION_STATES[manifest.state],
            script=script,
            script_hash=_csp_hash(f"\n{script}\n"),
        )
    )


def page(template: str, **given: Any) -> str:
    """Draw another page of productions, in the same style and with the same words."""
    return _environment().get_template(template).render(**given)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": wording.clock,
        "seconds": wording.seconds,
        "cny": price,
        "size": wording.byte_size,
        "when": wording.when,
        "link": _href,
        "language": wording.language,
        "usage": wording.usage,
        "prompt": wording.prompt_of,
        "reason": wording.reason,
        "plural": wording.plural,
        "status": wording.status_class,
        "safe_json": wording.safe_json,
        "public": wording.without_secrets,
    }
    return environment


def _href(path: str) -> str:
    """A relative link that can be nothing else: never a scheme, a host, a query or a fragment."""
    return "./" + quote(path)


def _media(deliverable: Deliverable, paths: dict[str, Deliverable], *, poster: str | None = None) -> Media:
    asset = deliverable.asset
    if asset.kind == "video" and poster is None:
        poster = _beside(deliverable.path, paths)
    return Media(
        href=_href(deliverable.path),
        name=deliverable.path,
        kind=asset.kind,
        facts=wording.facts(asset),
        width=asset.width,
        height=asset.height,
        seconds=asset.seconds,
        poster=_href(poster) if poster else None,
    )


def _beside(path: str, paths: dict[str, Deliverable]) -> str | None:
    """The still picture that stands beside a clip under the same name, e.g. ``film.jpg``."""
    stem = PurePosixPath(path)
    return next((p for p in (str(stem.with_suffix(s)) for s in _POSTERS) if p in paths), None)


def _film(manifest: Manifest, paths: dict[str, Deliverable]) -> Media | None:
    """The film is ``film.mp4``; a storyboard's production may call it otherwise, other productions may have none."""
    found = paths.get(_FILM)
    if found is None and manifest.scenes:
        clips = {c for s in manifest.scenes for c in (s.raw, s.styled)}
        found = next((d for d in manifest.deliverables if d.asset.kind == "video" and d.path not in clips), None)
    if found is None:
        return None
    return _media(found, paths, poster=_beside(found.path, paths) or _beside("poster.mp4", paths))


def _sheet(manifest: Manifest, paths: dict[str, Deliverable]) -> Media | None:
    if not manifest.contact_sheet:
        return None
    if manifest.contact_sheet in paths:
        return _media(paths[manifest.contact_sheet], paths)
    return Media(href=_href(manifest.contact_sheet), name=manifest.contact_sheet, kind="image", facts="")


def _texts(manifest: Manifest, rest: Sequence[Media]) -> list[str]:
    """Everything else in the production's folder, for the list of files; the manifest is always there."""
    beside: list[str] = getattr(manifest, "files", [])
    names = dict.fromkeys([*beside, *(media.name for media in rest if media.kind == "file")])
    return [name for name in names if name not in ("manifest.json", "index.html")]


def _shown_elsewhere(manifest: Manifest, paths: dict[str, Deliverable], film: Media | None) -> set[str]:
    """Deliverables that have their own place on the page: not for the gallery."""
    shown = {clip for s in manifest.scenes for clip in (s.raw, s.styled) if clip}
    if film:
        shown |= {film.name, *(p for p in ("poster.jpg", "poster.png") if p in paths)}
    if manifest.contact_sheet:
        shown.add(manifest.contact_sheet)
    videos = [d.path for d in manifest.deliverables if d.asset.kind == "video"]
    return shown | {poster for poster in (_beside(v, paths) for v in videos) if poster}


def _clip(path: str | None, scene: ManifestScene, paths: dict[str, Deliverable]) -> Media | None:
    if not path:
        return None
    if path in paths:
        return _media(paths[path], paths)
    return Media(href=_href(path), name=path, kind="video", facts="", seconds=scene.seconds)


def _scenes(manifest: Manifest, paths: dict[str, Deliverable]) -> list[Scene]:
    scenes, at = [], 0.0
    for scene in manifest.scenes:
        raw, styled = _clip(scene.raw, scene, paths), _clip(scene.styled, scene, paths)
        clip = styled or raw
        seconds = (clip.seconds if clip else None) or scene.seconds
        in_film = clip is not None and not scene.error
        wanted = set(scene.generations)
        scenes.append(
            Scene(
                scene=scene,
                shots=list(_shots(scene.shots)),
                raw=raw,
                styled=styled,
                generations=[g for g in manifest.generations if g.fingerprint in wanted],
                seconds=seconds,
                starts_at=at if in_film else None,
            )
        )
        at += seconds if in_film else 0
    return scenes


def _shots(shots: Iterable[dict[str, Any]]) -> Iterable[Shot]:
    at = 0.0
    for shot in shots:
        start = float(shot.get("start", at))
        at = float(shot["end"]) if "end" in shot else start + float(Decimal(str(shot.get("seconds", 0))))
        yield Shot(prompt=str(shot.get("prompt", "")), start=start, end=at)


def _csp_hash(script: str) -> str:
    """The page's policy names its one script by hash: no other script can run, whatever a prompt holds."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
