"""What a shot's words ask for: place, hour, weather, subject, shot size and camera move. Chinese and English."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from blocks.emulator.render.camera import Move

PLACES: Mapping[str, str] = {
    "sky": r"sky garden|floating|island in the sky|cloud (?:city|garden|sea)|airship|"
    r"天空之|空中|浮岛|云海|云端|云上|飞艇",
    "underwater": r"underwater|coral|turtle|whale|jellyfish|deep sea|水下|海底|珊瑚|海龟|鲸|水母|深海",
    "space": r"space|galaxy|planet|astronaut|spaceship|orbit of|太空|宇宙|星球|银河|宇航|飞船",
    "corridor": r"corridor|hallway|tunnel|staircase|elevator|subway|走廊|过道|隧道|楼梯|电梯|地铁|廊",
    "room": r"room|interior|indoor|desk|office|kitchen|studio|library|workshop|caf[eé]|window ?sill|bedroom|house|"
    r"building|door|房间|室内|书房|书桌|办公室|厨房|工作室|图书馆|咖啡|窗台|窗边|窗前|卧室|屋内|客厅|店里|茶馆|茶室|建筑|大门|门口|桌",
    "old_town": r"old town|temple|palace|pagoda|lantern|courtyard|alley|tile[ds]? roof|rooftops|market|village|"
    r"ancient (?:town|city|street|gate|wall|capital)|"
    r"古城|古镇|老城|老街|寺|宫殿|塔|灯笼|庭院|院子|小巷|巷|屋檐|屋顶|瓦|集市|夜市|村|胡同|古代|古风|城墙|国风",
    "city": r"city|street|neon|skyline|skyscraper|downtown|traffic|avenue|new york|tokyo|shanghai|rooftop|bridge|"
    r"城市|街|霓虹|摩天|高楼|都市|纽约|东京|上海|天台|车流|路口|桥",
    "sea": r"\bsea\b|ocean|beach|harbou?r|lighthouse|\bwaves?\b|coast|boat|ship|lake|river|island|"
    r"海|沙滩|港|灯塔|浪|船|湖|河|江|岛|码头",
    "forest": r"forest|woods|jungle|trees|bamboo|grove|森林|树林|丛林|竹林|林间|林中|密林",
    "garden": r"garden|flower|greenhouse|park|orchard|blossom|bloom|terrace|花园|花|温室|公园|果园|樱|园|露台",
    "desert": r"desert|dune|sands?\b|canyon|沙漠|沙丘|戈壁|峡谷|大漠",
    "mountains": r"mountain|peak|cliff|valley|hill|snowy|glacier|山|峰|悬崖|山谷|雪原|高原",
    "field": r"field|meadow|grass|wheat|farm|countryside|prairie|田|草地|草原|麦|乡间|原野|农场",
}
HOURS: Mapping[str, str] = {
    "night": r"night|midnight|moon|starry|stars|neon|lantern|dark|夜|月光|月亮|星空|繁星|霓虹|灯火|昏暗|黑暗|手电",
    "dawn": r"dawn|sunrise|daybreak|early morning|first light|morning|清晨|黎明|日出|晨|破晓|拂晓|朝阳|早上",
    "sunset": r"sunset|dusk|evening|golden hour|twilight|warm light|日落|黄昏|夕阳|傍晚|晚霞|暮|金色",
    "day": r"\bday|noon|sunny|sunlight|blue sky|afternoon|daylight|白天|中午|阳光|晴|蓝天|下午|日光",
}
WEATHERS: Mapping[str, str] = {
    "rain": r"\brain|storm|drizzle|umbrella|wet street|puddle|雨|伞|湿",
    "snow": r"snow|blizzard|winter|frost|雪|冬|冰",
    "fog": r"fog|mist|haze|smoke|steam|雾|烟|霭|水汽",
    "petals": r"petal|blossom|sakura|花瓣|樱|落花|桃花|花园|花|garden|flower",
    "fireflies": r"firefl|magic|fairy|sparkle|glow|萤|魔法|仙|微光|发光",
    "leaves": r"autumn|fall(?:ing)? leaves|leaves|秋|落叶|枫",
}
SUBJECTS: Mapping[str, str] = {
    "cat": r"\bcats?\b|kitten|猫",
    "dog": r"\bdogs?\b|puppy|fox|wolf|狗|犬|狐|狼",
    "turtle": r"turtle|tortoise|海龟|龟",
    "fish": r"\bfish|whale|dolphin|koi|鱼|鲸|海豚|锦鲤",
    "boat": r"boat|ship|sail|ferry|船|帆|舟",
    "bird": r"birds?\b|crane|gull|swallow|eagle|鸟|鹤|鸥|燕|鹰|鸽",
    "detective": r"detective|agent|trench|inspector|\bhat\b|侦探|特工|风衣|警探|警察|礼帽",
    "woman": r"\bwom[ae]n\b|\bgirl|\blady|mother|dancer|princess|queen|\bshe\b|\bher\b|"
    r"女|姑娘|少女|母亲|妈妈|奶奶|舞者|公主|她|阿姨",
    "child": r"\bchild|\bkids?\b|\bboy\b|\bson\b|男孩|孩|儿童|小朋友|少年|童",
    "person": r"\bm[ae]n\b|person|people|gardener|traveller|traveler|keeper|worker|hero|painter|monk|warrior|captain|"
    r"fisherman|someone|figure|\bhe\b|\bhis\b|astronaut|robot|人|男|他|旅|师傅|老者|匠|僧|侠|将军|园丁|船长|画家|机器",
}
OBJECTS: Mapping[str, str] = {
    "letter": r"letter|note|map|photo|envelope|clue|book|page|diary|信|纸|地图|照片|线索|书|日记|笔记",
    "key": r"\bkeys?\b|lock|钥匙|锁",
    "lantern": r"lantern|lamp|candle|torch|灯笼|台灯|蜡烛|油灯|灯",
    "cup": r"\bcup|\btea\b|coffee|bowl|杯|茶|咖啡|碗",
    "flower": r"flower|petal|rose|blossom|seed|sprout|leaf|花|瓣|种子|嫩芽|芽|叶|苗",
    "watch": r"(?:pocket|wrist) ?watch|watch\b(?! (?:the|her|him|it|as|from|over|out))|clock|compass|"
    r"表|钟|怀表|罗盘|指南针",
}
SIZES: Mapping[str, str] = {
    "extreme": r"extreme close|macro|大特写|微距",
    "close": r"close[- ]?up|close shot|特写|近景|\beyes?\b|眼神|眼睛|表情|面部|脸",
    "wide": r"wide|establishing|long shot|panorama|aerial|full shot|远景|全景|大全景|航拍|俯瞰|定场|广角",
    "medium": r"medium|mid[- ]?shot|two[- ]shot|中景|半身|中近景",
}
MOVES: Mapping[str, str] = {
    "static": r"static|locked|fixed camera|still shot|固定镜头|静止|定格|机位不动",
    "push": r"push|dolly in|zoom(?:s|ing)? in|move[s]? in|closer|推进|推近|推镜|缓推|拉近|推",
    "pull": r"pull|dolly out|zoom(?:s|ing)? out|reveal|拉远|拉开|拉镜|后退|拉",
    "orbit": r"orbit|circl|around|arc shot|环绕|旋转|绕",
    "tilt-up": r"tilt[s]? up|crane up|rise[sn]?|rising|上移|上升|上摇|升起|仰",
    "tilt-down": r"tilt[s]? down|crane down|descend|下移|下降|下摇|俯",
    "pan-left": r"pan[s]? left|left|向左|左移",
    "pan-right": r"\bpan|track|follow|truck|side|right|walk|run|向右|右移|摇|移|跟|走|跑|行",
}
DEFAULT_MOVES: tuple[Move, ...] = ("push", "pan-right", "pull", "pan-left", "orbit", "push")
OUTDOOR = ("mountains", "sea", "city", "field", "forest", "old_town")


@dataclass(frozen=True)
class Mood:
    """How a shot looks.

    Attributes:
        place: One of PLACES.
        hour: "night", "dawn", "sunset" or "day".
        weather: One of WEATHERS, or "clear".
        subject: One of SUBJECTS, one of OBJECTS as "object:key", or "".
        size: "wide", "medium", "close" or "extreme".
        move: What the camera does.
        umbrella: Whether a person carries one.
        tint: "warm", "cold" or "".
    """

    place: str
    hour: str
    weather: str
    subject: str
    size: str
    move: Move
    umbrella: bool
    tint: str


def read_mood(text: str, overall: str = "", *, number: int = 1, seed: int = 0, before: Mood | None = None) -> Mood:
    """Read a shot's look out of its words.

    What they leave open comes from the shot before, then from the overall line, then from the seed.

    Args:
        text: The shot's words.
        overall: The scene's words.
        number: The shot's number, which varies what nobody asked for.
        seed: The request's seed.
        before: The shot before; place, hour and subject go on until the words change them.
    """
    chance = zlib.crc32(f"{overall or text}|{seed}".encode())
    place = (
        _first(PLACES, text) or (before.place if before else _first(PLACES, overall)) or OUTDOOR[chance % len(OUTDOOR)]
    )
    named = _first(HOURS, text)
    hour = (
        named
        or (before.hour if before else _first(HOURS, overall))
        or ("dawn", "day", "sunset", "night")[(chance >> 4) % 4]
    )
    weather = _first(WEATHERS, text) or _first(WEATHERS, overall)
    if not weather:
        weather = before.weather if before and (not named or named == before.hour) else "clear"
    both = f"{text} {overall}"
    size = _first(SIZES, text) or ("wide", "medium")[(number - 1) % 2]
    subject = _first(SUBJECTS, text)
    thing = _first(OBJECTS, text)
    if (
        size in ("close", "extreme")
        and thing
        and (size == "extreme" or not re.search(r"脸|眼|表情|face|eye|smil", text, re.I))
    ):
        subject = f"object:{thing}"
    elif not subject and (size != "wide" or number > 1):
        subject = (before.subject if before and ":" not in before.subject else "") or _first(SUBJECTS, overall)
    if place == "underwater" and subject not in ("turtle", "fish"):
        subject = "turtle" if re.search(r"turtle|龟", both, re.I) else "fish"
    move = _first(MOVES, text) or DEFAULT_MOVES[(number - 1 + chance % 3) % len(DEFAULT_MOVES)]
    return Mood(
        place,
        hour,
        weather,
        subject,
        size,
        cast(Move, move),
        umbrella=weather == "rain" and bool(re.search(r"umbrella|伞", both, re.I)),
        tint=_first({"warm": r"warm|golden|暖|金", "cold": r"cold|cool tone|冷|蓝调"}, both),
    )


def _first(words: Mapping[str, str], text: str) -> str:
    """The kind whose word stands first in the text; of words at the same place, the kind listed first."""
    best = ""
    where = len(text) + 1
    for kind, pattern in words.items():
        match = re.search(f"(?<![A-Za-z])(?:{pattern})", text, re.IGNORECASE)
        if match and match.start() < where:
            best, where = kind, match.start()
    return best
