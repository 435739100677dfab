"""What the embedded storyboard writer has to say, in Chinese and English: acts, and for each act how it may be shot.

`{subject}` stands for what the brief is about. A shot is its size, what is seen, and how the camera moves; light and
sound of the act are added where they help.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Take:
    """One way to shoot a moment: shot size, picture, camera."""

    size: str
    picture: str
    camera: str


@dataclass(frozen=True)
class Act:
    """A part of a story: names a scene may have, its light by day and by night, its takes in the order they are cut."""

    titles: tuple[str, ...]
    lights: tuple[str, ...]
    nights: tuple[str, ...]
    takes: tuple[Take, ...]


ENGLISH = (
    Act(
        ("Before it begins", "First light", "The place"),
        (
            "pale dawn light, thin mist near the ground",
            "soft overcast light, muted colours",
            "cool blue hour, one lamp lit",
        ),
        ("cold moonlight, thin mist near the ground", "deep blue night, one lamp lit"),
        (
            Take(
                "Wide shot",
                "the world of {subject}, quiet, nothing has moved yet",
                "the camera glides forward, low and slow",
            ),
            Take("Medium shot", "{subject}, seen for the first time, half in shadow", "fixed shot, only the air moves"),
            Take("Close-up", "a small gesture that gives away what {subject} is waiting for", "slow push in"),
            Take(
                "Detail shot",
                "dew, dust and a worn edge catching the light, sharp against a soft background",
                "macro, gentle drift to the right",
            ),
        ),
    ),
    Act(
        ("Something stirs", "Setting out", "The call"),
        ("warm side light, long shadows", "clear morning sun through leaves", "bright haze, high contrast"),
        ("lamplight from one side, long shadows", "moonlight through drifting cloud"),
        (
            Take(
                "Medium shot",
                "{subject} sets off, the first decided movement of the film",
                "the camera tracks alongside",
            ),
            Take("Wide shot", "the way ahead opens, {subject} small in the frame", "crane up to reveal the distance"),
            Take("Over-the-shoulder shot", "what {subject} sees, coming closer", "handheld, slightly breathing"),
            Take(
                "Detail shot", "a trace left behind: ripples, footprints, a swinging door", "fixed shot, shallow focus"
            ),
        ),
    ),
    Act(
        ("Against the wind", "The turn", "Deeper in"),
        ("hard back light, drifting smoke", "storm light, clouds racing", "neon and wet ground, deep blacks"),
        ("hard back light, rain in the beam", "lightning far off, deep blacks"),
        (
            Take("Low-angle shot", "{subject} against a vast moving sky", "fast push in, then a sudden stop"),
            Take("Close-up", "tension: breath, eyes, hands, everything about {subject} holds on", "handheld, tight"),
            Take("Tracking shot", "{subject} pushes on while the surroundings rush past", "the camera races alongside"),
            Take(
                "Detail shot", "one thing gives way: a drop falls, a thread snaps, a spark jumps", "slow motion, macro"
            ),
        ),
    ),
    Act(
        ("Everything at once", "The heart of it", "The answer"),
        ("golden light breaking through", "a burst of warm light in the dark", "bright rim light, glowing dust"),
        ("a burst of warm light in the dark", "bright rim light, glowing dust against the night"),
        (
            Take(
                "Wide shot", "the great moment of {subject}, the whole place takes part", "slow orbit around the centre"
            ),
            Take("Close-up", "recognition, the light changes across {subject}", "very slow push in"),
            Take(
                "Aerial shot",
                "seen from high above, {subject} at the centre of a wide pattern",
                "the camera rises and turns",
            ),
            Take("Medium shot", "a breath of stillness inside the movement around {subject}", "fixed shot"),
        ),
    ),
    Act(
        ("What remains", "Home", "The last light"),
        ("low evening sun, warm and soft", "quiet dusk, first windows lit", "starlight, a faint glow at the horizon"),
        ("the last lamp, warm and small", "starlight, a faint glow at the horizon"),
        (
            Take("Medium shot", "{subject}, changed and at rest", "slow pull back"),
            Take(
                "Detail shot",
                "the small thing from the beginning, now in another light",
                "macro, gentle drift to the left",
            ),
            Take(
                "Close-up",
                "the trace of a smile, or something like it, in the stillness of {subject}",
                "fixed shot, soft focus behind",
            ),
            Take(
                "Wide shot",
                "the place of the beginning again, {subject} far away in it",
                "the camera rises until all is sky",
            ),
        ),
    ),
)

CHINESE = (
    Act(
        ("未动之前", "第一缕光", "此地"),
        ("黎明的淡光，地面浮着薄雾", "阴天柔光，色彩低饱和", "蓝调时刻，只亮着一盏灯"),
        ("清冷的月光，地面浮着薄雾", "深蓝的夜，只亮着一盏灯"),
        (
            Take("全景", "{subject}所在的天地，一切静止，什么都还没有发生", "镜头贴近地面缓缓前移"),
            Take("中景", "{subject}第一次出现，半身隐在阴影里", "固定镜头，只有空气在流动"),
            Take("特写", "一个细小的动作，透露出{subject}在等待什么", "镜头缓慢推近"),
            Take("细节", "露水、微尘与磨旧的边缘被光照亮，背景柔和虚化", "微距，镜头轻轻右移"),
        ),
    ),
    Act(
        ("起身", "动静", "召唤"),
        ("温暖的侧光，影子很长", "清晨阳光穿过枝叶", "明亮的薄雾，高对比度"),
        ("一侧的灯光，影子很长", "月光从流云间漏下"),
        (
            Take("中景", "{subject}动身，全片第一个坚定的动作", "镜头平行跟随"),
            Take("全景", "前路展开，{subject}在画面中显得很小", "镜头升起，露出远方"),
            Take("过肩镜头", "{subject}眼中所见，正一点点靠近", "手持镜头，微微呼吸感"),
            Take("细节", "身后留下的痕迹：涟漪、脚印、还在晃动的门", "固定镜头，浅景深"),
        ),
    ),
    Act(
        ("逆风", "转折", "深处"),
        ("强烈的逆光，烟雾飘动", "暴风雨前的天光，云层疾走", "霓虹与湿漉漉的地面，暗部很深"),
        ("强烈的逆光，光柱里雨丝飞落", "远处闪电，暗部很深"),
        (
            Take("低角度仰拍", "{subject}映着辽阔翻涌的天空", "快速推近，骤然停住"),
            Take("特写", "紧绷的一刻：呼吸、目光、双手，{subject}仍在坚持", "手持镜头，构图很紧"),
            Take("跟拍镜头", "{subject}奋力向前，四周景物飞快掠过", "镜头高速跟随"),
            Take("细节", "有什么松动了：水珠坠落，丝线绷断，火星一闪", "慢动作，微距"),
        ),
    ),
    Act(
        ("万物同时", "核心", "回答"),
        ("金色的光破云而出", "黑暗中迸发的暖光", "明亮的轮廓光，尘埃发亮"),
        ("黑暗中迸发的暖光", "明亮的轮廓光，夜色里尘埃发亮"),
        (
            Take("全景", "{subject}最盛大的时刻，整个空间都在回应", "镜头绕中心缓缓环绕"),
            Take("特写", "恍然的瞬间，光影从{subject}身上掠过", "极慢推近"),
            Take("航拍", "从高空俯瞰，{subject}位于巨大图案的中央", "镜头上升并旋转"),
            Take("中景", "喧动之中的片刻安静，围绕着{subject}", "固定镜头"),
        ),
    ),
    Act(
        ("余韵", "归处", "最后的光"),
        ("低垂的夕阳，温暖柔和", "安静的黄昏，第一扇窗亮起", "星光，地平线上一抹微亮"),
        ("最后一盏灯，温暖而微小", "星光，地平线上一抹微亮"),
        (
            Take("中景", "{subject}已然不同，归于平静", "镜头缓缓拉远"),
            Take("细节", "开头的那个小物件，换了一种光", "微距，镜头轻轻左移"),
            Take("特写", "{subject}的静默里，有一丝近似微笑的神情", "固定镜头，背景柔焦"),
            Take("全景", "又回到最初的地方，{subject}已在远处", "镜头升起，直到满是天空"),
        ),
    ),
)

LOOKS = {
    "en": (
        "Cinematic realism, 35 mm film grain, restrained colours with one warm accent",
        "Poetic realism, soft contrast, natural textures, unhurried rhythm",
        "Stylised cinema, bold silhouettes, deep blues against amber light",
    ),
    "zh": (
        "电影写实风格，35毫米胶片颗粒，色彩克制，只有一处暖色",
        "诗意写实，柔和反差，自然质感，节奏从容",
        "风格化电影感，鲜明剪影，深蓝与琥珀色光对比",
    ),
}

NIGHT = {
    "en": ("night", "midnight", "moon", "neon", "star", "dark"),
    "zh": ("夜", "月光", "霓虹", "星空", "黑暗"),
}
"""Words of a brief that say it is dark."""
