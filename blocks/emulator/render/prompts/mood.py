"""What a shot's words ask for: place, hour, weather, subject, shot size and camera move. Chinese and English."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from blocks.emulator.render.drawing.camera import Move
from blocks.emulator.render.prompts import words
from blocks.emulator.render.prompts.names import Names, named_people
from blocks.emulator.render.prompts.words import HOURS, OBJECTS, PLACES, SUBJECTS, WEATHERS

DEFAULT_MOVES: tuple[Move, ...] = ("push", "pan-right", "pull", "pan-left", "orbit", "push")
OUTDOOR = ("mountains", "sea", "city", "field", "forest", "old_town")
FALLING = ("rain", "snow")
TRAIN_FAMILY = ("platform", "carriage", "railway", "coast", "train_window")
_FACE = r"脸|眼|表情|目光|神情|face|\beyes?\b|smil|gaze"
_PRONOUN = r"\b(?:he|his|him|she|her)\b|他|她"
_NEGATED = r"没有[^，。；、\s]{1,2}|\b(?:no|without) (?:more )?\w+"


@dataclass(frozen=True)
class Mood:
    """How a shot looks.

    Attributes:
        place: One of places.PLACES.
        hour: "night", "dawn", "sunset" or "day".
        weather: One of WEATHERS, or "clear".
        subject: One of SUBJECTS, one of OBJECTS as "object:key", or "".
        partner: Another of SUBJECTS beside the first, or "".
        size: "wide", "medium", "close" or "extreme".
        move: What the camera does.
        held: What a person carries: "umbrella", "lantern" or "".
        posture: "walk", "stand" or "sit".
        motion: What a train in a station does: "arrive", "leave", "pass" or "".
        view: What lies behind a platform or outside a window: "sea", "city" or "hills".
        angle: "low", "high" or "".
        tint: "warm", "cold" or "".
        coat: Colour of a cat: "orange", "white" or "".
    """

    place: str
    hour: str
    weather: str
    subject: str
    partner: str
    size: str
    move: Move
    held: str
    posture: str
    motion: str
    view: str
    angle: str
    tint: str
    coat: str


def read_mood(text: str, overall: str = "", *, number: int = 1, seed: int = 0, before: Mood | None = None) -> Mood:
    """Read a shot's look out of its words.

    What they leave open comes from the shot before, then from the overall line, then from the seed.

    Args:
        text: The shot's words.
        overall: The scene's words; who has a name there is known by it.
        number: The shot's number, which varies what nobody asked for.
        seed: The request's seed.
        before: The shot before; place, hour and subject go on until the words change them.
    """
    chance = zlib.crc32(f"{overall or text}|{seed}".encode())
    names = named_people(overall)
    text, overall = (re.sub(_NEGATED, " ", words_, flags=re.IGNORECASE) for words_ in (text, overall))
    both = f"{text} {overall}"
    place = _place(text, overall, before) or OUTDOOR[chance % len(OUTDOOR)]
    named = _first(HOURS, text)
    hour = (
        named
        or (before.hour if before else _first(HOURS, overall))
        or ("dawn", "day", "sunset", "night")[(chance >> 4) % 4]
    )
    weather, always = _first(WEATHERS, text), _first(WEATHERS, overall)
    if not weather or (weather not in FALLING and always in FALLING):
        weather = always
    if not weather:
        weather = before.weather if before and (not named or named == before.hour) else "clear"
    size = _first(words.SIZES, text) or ("wide", "medium")[(number - 1) % 2]
    subject, partner = _who(text, overall, names, size, number, before)
    if place == "underwater" and subject not in ("turtle", "fish"):
        subject, partner = ("turtle" if re.search(r"turtle|龟", both, re.I) else "fish"), ""
    move = _first(words.MOVES, text) or DEFAULT_MOVES[(number - 1 + chance % 3) % len(DEFAULT_MOVES)]
    held = "umbrella" if weather == "rain" and re.search(words.CARRIED["umbrella"], both, re.I) else ""
    return Mood(
        place,
        hour,
        weather,
        subject,
        partner,
        size,
        cast(Move, move),
        held=held or ("lantern" if re.search(words.CARRIED["lantern"], text, re.I) else ""),
        posture=_first(words.POSTURES, text) or ("sit" if place in ("carriage", "train_window") else "walk"),
        motion=_first(words.MOTIONS, text),
        view=_first(words.VIEWS, text) or (before.view if before else _first(words.VIEWS, overall)) or "hills",
        angle=_first(words.ANGLES, text),
        tint=_first({"warm": r"warm|golden|暖|金", "cold": r"cold|cool tone|冷|蓝调"}, both),
        coat=_first(words.COATS, both),
    )


def _place(text: str, overall: str, before: Mood | None) -> str:
    """Where it is: the most telling of the shot's own words, then the shot before, then the overall line."""
    where = before.place if before else ""
    found = _named_place(text, about_a_train=where in TRAIN_FAMILY)
    around = where or _named_place(overall)
    if found and found in words.WITHIN.get(around, ()):
        return around
    if found == "alley":
        return "city" if around == "city" or _first({"city": PLACES["city"]}, f"{text} {overall}") else "old_town"
    return found or around


def _named_place(text: str, *, about_a_train: bool = False) -> str:
    if not re.search(words.NOT_A_TRAIN, text, re.IGNORECASE):
        if about_a_train and (seen := _first({"train_window": words.ABOARD["train_window"]}, text)):
            return seen
        if telling := _first(words.TRAIN_PLACES, text):
            return telling
    common = {**(words.ABOARD if about_a_train else {}), **PLACES, "alley": words.ALLEYS}
    if _first({"train": words.TRAIN_ANYWHERE}, text):
        return "platform"
    return _first(common, text)


def _who(text: str, overall: str, names: Names, size: str, number: int, before: Mood | None) -> tuple[str, str]:
    """Who or what the shot is about, and who else is in it."""
    subjects = {kind: "|".join([pattern, *names.get(kind, ())]) for kind, pattern in SUBJECTS.items()}
    thing = _first(OBJECTS, text)
    if thing and size in ("close", "extreme") and (size == "extreme" or not re.search(_FACE, text, re.I)):
        if thing == "flower" and re.search(r"blue (?:flower|petal|blossom)|蓝.{0,3}花", text, re.I):
            thing = "blue flower"
        return f"object:{thing}", ""
    subject = _first(subjects, text)
    if not subject and (size != "wide" or number > 1):
        subject = (before.subject if before and ":" not in before.subject else "") or _first(subjects, overall)
        return subject, ""
    if subject in ("woman", "person"):  # "she" and "his" stand for somebody named elsewhere
        if re.search(_PRONOUN, text, re.I):
            subject = before.subject if before and before.subject in PARTNERS else subject
            if len(names) == 1 and subject in ("woman", "person"):
                subject = next(iter(names))
        subject = _first({kind: "|".join(found) for kind, found in names.items()}, text) or subject
    others = {kind: "|".join([pattern, *names.get(kind, ())]) for kind, pattern in PARTNERS.items() if kind != subject}
    return subject, _first(others, text) if subject in PARTNERS else ""


PARTNERS: Mapping[str, str] = {
    **{
        kind: SUBJECTS[kind]
        for kind in ("girl", "child", "elder", "conductor", "detective", "cat", "dog", "fox", "drone")
    },
    "woman": r"\bwom[ae]n\b|\bmother|母亲|妈妈|奶奶|女人",
}
"""Who can be shown beside somebody else: kinds told from one another well enough, by nouns only."""


def _first(kinds: Mapping[str, str], text: str) -> str:
    """The kind whose word stands first in the text; of words at the same place, the kind listed first."""
    best = ""
    where = len(text) + 1
    for kind, pattern in kinds.items():
        match = re.search(f"(?<![A-Za-z])(?:{pattern})", text, re.IGNORECASE)
        if match and match.start() < where:
            best, where = kind, match.start()
    return best
