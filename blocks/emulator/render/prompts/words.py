"""The words that ask for something: places, hours, weathers, people, things, shot sizes and moves.

Each kind has a pattern of Chinese and English words; the kinds are told apart by `mood`.
"""

from collections.abc import Mapping

_ANY = r"(?:.|\n)*"
_TRAIN = (
    r"(?:\btrain\b(?! (?:of thought|hard|for|with|her|his|the))|\btrains\b(?! (?:hard|for|with|her|his|the))|"
    r"\blocomotive|列车(?!员|长)|火车(?!站)|高铁|动车)"
)
_STATION = (
    r"(?:(?<!space )(?<!police )(?<!fire )(?<!gas )(?<!power )(?<!petrol )\bstations?\b|(?<!oil )\bplatforms?\b|"
    r"\bwaiting room|\brailway station|火车站|(?<!公交)(?<!汽)车站|站台|月台|候车)"
)
_SEA = r"(?:\bsea\b|\bocean\b|\bcoast|\bshore|大海|海边|海面|海岸|海平线)"
_CROSSED = (
    r"(?:\bbridge|\bviaduct|\btunnel|\bvalley|\bmountain|\bhills?\b|\bfields?\b|\bplains?\b|\briver|\bdesert|\bforest|"
    r"\bcountryside|\blandscape|through the night|\braces|\brushes|\bspeeds|桥|隧道|山|田野|平原|草原|雪原|河|江|原野|"
    r"飞驰|疾驰|奔驰|穿行|呼啸|穿过|穿越)"
)
_FLOWER = r"(?<![霜雪天浪火烟水])花(?!板|纹)"
TRAIN_PLACES: Mapping[str, str] = {
    "carriage": r"carriage(?!way)|\bcompartment|train window|dining car|sleeping car|"
    r"(?:inside|aboard|on board|in|on) (?:the|a) (?:\w+ )?train\b|车厢|车窗|卧铺|餐车|"
    rf"{_TRAIN}(?=.{{0,20}}(?:interior|inside|里|内))",
    "coast": rf"{_TRAIN}(?!{_ANY}{_STATION})(?={_ANY}{_SEA})|{_SEA}(?!{_ANY}{_STATION})(?={_ANY}{_TRAIN})",
    "railway": r"\brailway(?! (?:station|carriage))|\brailroad|\bviaduct|\brail ?tracks?\b|铁路|铁桥|铁轨|高架桥|"
    rf"{_TRAIN}(?!{_ANY}{_STATION})(?={_ANY}{_CROSSED})",
    "platform": _STATION,
}
"""Places of a film about a train: told by words that mean nothing else, and looked for first."""
TRAIN_ANYWHERE = _TRAIN
"""A train, nobody says where: it stands in a station."""
NOT_A_TRAIN = r"taxi|\bhorse|\bcoach(?:man|es)?\b|space station|轿车|汽车|出租车|马车|公交|巴士|地铁"
"""Carriages and stations of other kinds."""
ABOARD: Mapping[str, str] = {
    "train_window": r"(?:window|glass)[^.;]{0,24}from outside|from outside[^.;]{0,24}(?:window|glass)|"
    r"从?(?:车)?窗外(?:看|望|拍)|隔着(?:车窗|玻璃)",
    "carriage": r"\bwindow|\bseats?\b|\bberth|\baisle|\bglass\b|\bbench\b|车窗|窗|座位|座椅|木椅|过道|桌|玻璃",
    "railway": r"\bbridge|\barch(?:es)?\b|\bpillars?\b|\briver|\bvalley|\bhills?\b|桥|拱|河|山谷",
    "coast": _SEA,
    "platform": r"\bfence|\bdoors?\b|车门|栅栏|长椅|检票",
}
"""What common words mean while the film is about a train."""
ALLEYS = r"\balleys?\b|\balleyway|\blanes?\b|小巷|窄巷|巷|弄堂"
"""Lanes between houses: of a city, or of an old town when nobody says city."""
WITHIN: Mapping[str, frozenset[str]] = {
    "sky": frozenset({"garden", "old_town"}),
}
"""Places that lie inside another one: a garden on a tower above the clouds is still up there."""
PLACES: Mapping[str, str] = {
    "sky": r"sky garden|floating|island in the sky|cloud (?:city|garden|sea)|seas? of clouds?|clouds? parts?|"
    r"above the clouds|(?:city|garden|towers?)[^.,;]{0,30}(?:sea of cloud|above the cloud|in the sky)|airship|"
    r"天空之|空中|浮岛|云海|云端|云上|飞艇",
    "underwater": r"underwater|coral|turtle|whale|jellyfish|deep sea|水下|海底|珊瑚|海龟|鲸|水母|深海",
    "space": r"space|galaxy|planet|astronaut|spaceship|orbit of|太空|宇宙|星球|银河|宇航|飞船",
    "corridor": r"corridor|hallway|tunnel|staircase|elevator|subway|走廊|过道|隧道|楼梯|电梯|地铁|廊",
    "room": r"room|interior|indoor|desk|office|kitchen|studio|library|workshop|caf[eé]|window ?sill|bedroom|house|"
    r"building|door|房间|室内|书房|书桌|办公室|厨房|工作室|图书馆|咖啡|窗台|窗边|窗前|卧室|屋内|客厅|店里|茶馆|茶室|建筑|大门|门口|桌",
    "old_town": r"old town|temple|palace|pagoda|lanterns|courtyard|tile[ds]? roof|rooftops|market|village|"
    r"ancient (?:town|city|street|gate|wall|capital)|"
    r"古城|古镇|老城|老街|寺|宫殿|塔|灯笼|庭院|院子|屋檐|屋顶|瓦|集市|夜市|村|胡同|古代|古风|城墙|国风",
    "city": r"city|street|neon|skyline|skyscraper|downtown|traffic|avenue|new york|tokyo|shanghai|rooftop|bridge|"
    r"城市|街|霓虹|摩天|高楼|都市|纽约|东京|上海|天台|车流|路口|桥",
    "sea": r"\bsea\b|ocean|beach|harbou?r|lighthouse|\bwaves?\b|coast|boat|ship|lake|river|island|"
    r"海|沙滩|港|灯塔|浪|船|湖|河|江|岛|码头",
    "forest": r"forest|woods|jungle|trees|bamboo|grove|森林|树林|丛林|竹林|林间|林中|密林",
    "garden": r"garden|flower|greenhouse|park|orchard|blossom|bloom|terrace|温室|公园|果园|樱|园|露台|"
    rf"{_FLOWER}",
    "desert": r"desert|dune|sands?\b|canyon|沙漠|沙丘|戈壁|峡谷|大漠",
    "mountains": r"mountain|peak|cliff|valley|hill|snowy|glacier|山|峰|悬崖|山谷|雪原|高原",
    "field": r"field|meadow|grass|wheat|farm|countryside|prairie|田|草地|草原|麦|乡间|原野|农场",
}
HOURS: Mapping[str, str] = {
    "night": r"night|midnight|moon|starry|stars|neon|lanterns|"
    r"\bdark(?:ness|en|ened)?\b(?! (?:roof|hair|eye|skin|wood|suit|coat|green|blue|red|brown|gr[ae]y))|"
    r"夜|月光|月亮|星空|繁星|霓虹|灯火|昏暗|黑暗|手电",
    "dawn": r"dawn|sunrise|daybreak|early morning|first light|morning|清晨|黎明|日出|晨|破晓|拂晓|朝阳|早上",
    "sunset": r"sunset|dusk|evening|golden hour|twilight|warm light|日落|黄昏|夕阳|傍晚|晚霞|暮|金色",
    "day": r"\bday|noon|sunny|sunlight|blue sky|afternoon|daylight|白天|中午|阳光|晴|蓝天|下午|日光",
}
WEATHERS: Mapping[str, str] = {
    "rain": r"\brain|storm|drizzle|umbrella|wet street|puddle|雨|伞|湿",
    "snow": r"snow|blizzard|winter|frost|雪|冬|冰",
    "fog": r"fog|mist|haze|smoke|steam|雾|烟|霭|水汽",
    "petals": rf"petal|blossom|sakura|樱|{_FLOWER}|garden|flower",
    "fireflies": r"firefl|magic|fairy|sparkle|glow|萤|魔法|仙|微光|发光",
    "leaves": r"autumn|fall(?:ing)? leaves|leaves|秋|落叶|枫",
}
SUBJECTS: Mapping[str, str] = {
    "cat": r"\bcats?\b|kitten|猫",
    "dog": r"\bdogs?\b|puppy|wolf|狗|犬|狼",
    "fox": r"\bfox(?:es)?\b|狐",
    "turtle": r"turtle|tortoise|海龟|龟",
    "fish": r"\bfish|whale|dolphin|koi|鱼|鲸|海豚|锦鲤",
    "boat": r"boat|ship|sail|ferry|船|帆|舟",
    "bird": r"birds?\b|crane|gull|swallow|eagle|鸟|鹤|鸥|燕|鹰|鸽",
    "detective": r"detective|agent|trench|inspector|(?<!straw )(?<!sun )\bhat\b|侦探|特工|风衣|警探|刑警|警察|礼帽",
    "conductor": r"conductor|station ?master|ticket inspector|列车员|列车长|乘务员|检票员|售票员|站长",
    "elder": r"\bold m[ae]n\b|grandfather|grandpa|elderly man|爷爷|外公|姥爷|老人|老者|老头|老翁",
    "girl": r"\bgirls?\b|granddaughter|女孩|小姑娘|孙女|丫头",
    "woman": r"\bwom[ae]n\b|\blady|mother|dancer|princess|queen|\bshe\b|\bher\b|"
    r"女(?!孩)|姑娘|少女|母亲|妈妈|奶奶|舞者|公主|她|阿姨",
    "child": r"\bchild|\bkids?\b|\bboy\b|\bson\b|男孩|孩|儿童|小朋友|少年|童",
    "person": r"\bm[ae]n\b|person|people|gardener|traveller|traveler|keeper|worker|hero|painter|monk|warrior|captain|"
    r"fisherman|someone|figure|\bhe\b|\bhis\b|astronaut|robot|人|男|他|旅|师傅|匠|僧|侠|将军|园丁|船长|画家|机器",
    "drone": r"\bdrones?\b(?! (?:shot|view|footage|camera))|无人机(?!航拍|俯拍|视角|镜头|拍)",
}
OBJECTS: Mapping[str, str] = {
    "ticket": r"\btickets?\b|车票|船票|票根",
    "button": r"\bbuttons?\b|\bpearls?\b|纽扣|扣子|珍珠",
    "letter": r"letter|note|map|photo|envelope|clue|book|page|diary|信|纸|地图|照片|线索|书|日记|笔记",
    "key": r"\bkeys?\b|lock|钥匙|锁",
    "lantern": r"lantern|\blamps?\b|candle|torch|灯笼|台灯|蜡烛|油灯|(?<![车幻])灯(?!光|火)",
    "cup": r"\bcup|\btea\b|coffee|bowl|杯|茶|咖啡|碗",
    "flower": r"flower|petal|rose|blossom|seed|sprout|leaf|瓣|种子|嫩芽|芽|叶|苗|"
    rf"{_FLOWER}",
    "watch": r"(?:pocket|wrist) ?watch|watch\b(?! (?:the|her|him|it|as|from|over|out))|clock|compass|"
    r"表|钟|怀表|罗盘|指南针",
}
CARRIED: Mapping[str, str] = {
    "umbrella": r"umbrella|伞",
    "lantern": r"\blantern\b|铜灯|提灯|马灯|油灯|提着.{0,8}灯|两盏灯",
}
POSTURES: Mapping[str, str] = {
    "sit": r"\bsits?\b|\bsitting|\bseated|\bsleeps?\b|\basleep|\bdozes|坐|睡|打盹|靠窗",
    "stand": r"\bstands?\b|\bstanding|\bwaits?\b|\bwaiting(?! room)|\bstill\b(?! (?:shot|camera))|\bbends\b|"
    r"\bholding up|站在|站着|站立|等候|等待|伫立|抬起头|蹲|camera still",
    "walk": r"\bwalk|\bruns?\b|\brunning|\bcross|\bcomes?\b|\bsteps\b|走|跑|奔|行",
}
MOTIONS: Mapping[str, str] = {
    "arrive": r"glid|pull(?:s|ing)? in\b|arriv|approach|draws? in|comes? in|rolls? in|"
    r"进站|驶入|驶来|驶进|到站|靠站|开来",
    "leave": r"\bleav|depart|pull(?:s|ing)? (?:out|away)|sets? off|moves off|"
    r"启动|出发|开走|离站|离开|驶离|远去|驶向|开动",
    "pass": r"slid(?:e|es|ing) past|pass(?:es|ing)?\b|rush|speed|race|hurtl|掠过|驶过|飞驰|疾驰|呼啸|穿过",
}
"""What a train in a station does."""
VIEWS: Mapping[str, str] = {
    "sea": _SEA,
    "city": r"\bcity|skyline|skyscraper|城市|都市|高楼",
    "hills": r"mountain|hill|valley|forest|field|snow(?:y|field)|village|山|雪原|田野|村庄|平原|森林",
}
"""What lies outside the window or behind the platform."""
COATS: Mapping[str, str] = {
    "orange": r"\b(?:orange|ginger|marmalade) (?:\w+ )?(?:cat|kitten)|橘猫|橘色.{0,3}猫|橙猫",
    "white": r"\bwhite (?:\w+ )?(?:cat|kitten)|白猫|白色.{0,3}猫",
}
"""Colours of a cat; black when nobody says."""
ANGLES: Mapping[str, str] = {
    "low": r"low[- ]angle|from below|worm|仰拍|低角度|仰视|overhead",
    "high": r"high[- ]angle|aerial|bird'?s[- ]eye|from above|俯拍|航拍|俯瞰|高角度",
}
SIZES: Mapping[str, str] = {
    "extreme": r"extreme close|macro|大特写|微距|特写，微距",
    "close": r"close[- ]?up|close shot|特写|近景|\beyes?\b|眼神|眼睛|表情|面部|脸",
    "wide": r"wide|establishing|long shot|panorama|aerial|full shot|远景|全景|大全景|航拍|俯瞰|定场|广角",
    "medium": r"medium close|medium|mid[- ]?shot|two[- ]shot|中景|半身|中近景",
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
