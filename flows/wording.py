"""Facts as words for people: money, lengths, sizes, times and states as the review page prints them; no secrets."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from flows.manifest import ManifestGeneration
from tasks.asset import Asset

PRODUCTION_STATES: Final = {"done": "Done", "partly": "Partly done", "failed": "Failed"}

_SECRET_NAME = re.compile(r"(?i)api.?key|secret|token|password|authorization|credential|signature")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[^,\s]{0,80},[A-Za-z0-9+/=%_-]{40,}")
_KEY = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}")
_HAN = re.compile(r"[\u3400-\u9fff]")


def seconds(value: float | int | None) -> str:
    """``3.2`` → ``3.2 s``, ``75`` → ``1 min 15 s``; unknown is a dash."""
    if value is None:
        return "–"
    if value < 60:
        return f"{round(float(value), 1):g} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def clock(value: float) -> str:
    """A time mark in a film: ``75.5`` → ``1:15``."""
    return f"{int(value) // 60}:{int(value) % 60:02d}"


def byte_size(value: int) -> str:
    """``1536`` → ``1.5 KB`` (decimal thousands as on the provider's pages)."""
    size = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def when(value: datetime) -> str:
    """``20 November 2025, 14:05 UTC``."""
    at = value.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def plural(count: int, noun: str) -> str:
    """``1 scene``, ``4 scenes``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def facts(asset: Asset) -> str:
    """What a file is, in one line: ``1280 × 720 · 15 s · 30 fps · 2.1 MB``."""
    parts = []
    if asset.width and asset.height:
        parts.append(f"{asset.width} × {asset.height}")
    if asset.seconds:
        parts.append(seconds(asset.seconds))
    if asset.fps and asset.kind == "video":
        parts.append(f"{asset.fps:.4g} fps")
    return " · ".join([*parts, byte_size(asset.bytes)])


def language(text: str) -> str:
    """The language tag that gives a text its glyphs: ``zh-Hans`` when it holds Chinese characters."""
    return "zh-Hans" if _HAN.search(text) else "en"


def usage(value: dict[str, Any] | None) -> str:
    """The provider's metering in one line: ``10 s, 720P``; fields it does not know are shown by name."""
    if not value:
        return "–"
    length = value.get("duration", value.get("video_duration"))
    words = [seconds(length)] if isinstance(length, int | float) else []
    if isinstance(value.get("image_count"), int):
        words.append(plural(value["image_count"], "image"))
    if value.get("SR"):
        words.append(f"{str(value['SR']).removesuffix('P')}P")
    return ", ".join(words or [f"{k} {v}" for k, v in value.items() if isinstance(v, int | float | str)]) or "–"


def prompt_of(generation: ManifestGeneration) -> str:
    """The words a generation was asked with, wherever its model takes them; empty when it takes none."""
    given = generation.request.get("input") or {}
    for names in (("prompt",), ("ref_prompt",), ("prompt_text_zh", "prompt_text_en"), ("text",)):
        if said := [given[name] for name in names if isinstance(given.get(name), str) and given[name]]:
            return "\n\n".join(said)
    messages = given.get("messages") or generation.request.get("messages") or []
    return "\n\n".join(m["content"] for m in messages if isinstance(m, dict) and isinstance(m.get("content"), str))


def reason(error: dict[str, Any]) -> str:
    """A failure in words: ``DataInspectionFailed: the text was refused``, and what to do where that is known."""
    said = ": ".join(str(error[part]) for part in ("code", "message") if error.get(part)) or "no reason given"
    return without_secrets(f"{said} {error['advice']}" if error.get("advice") else said)


def status_class(generation: ManifestGeneration) -> str:
    """How a generation went, as one of three colours: ``good``, ``bad``, ``quiet``."""
    if generation.error or generation.status in ("FAILED", "UNKNOWN"):
        return "bad"
    return "good" if generation.status == "SUCCEEDED" else "quiet"


def without_secrets(text: str) -> str:
    """The text without what opens doors: query strings and user names of URLs, keys; inline media cut short."""
    text = _DATA_URI.sub(lambda found: f"data:{found[1] or ''},…", text)
    return _KEY.sub("sk-…", _URL.sub(lambda found: _bare(found[0]), text))


def safe_json(value: Any) -> str:
    """The value as indented JSON for reading, secrets and presigned query strings taken out."""
    return json.dumps(_clean(value), ensure_ascii=False, indent=2, default=str)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "…" if _SECRET_NAME.search(str(k)) and isinstance(v, str) else _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return without_secrets(value) if isinstance(value, str) else value


def _bare(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
