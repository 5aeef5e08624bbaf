"""The Mandarin model's sounds: toneless initials and finals.

An initial is one HMM state and has one variant for each class of the final that follows (b_a, b_i, …), because lips and
tongue prepare for it. A final is two states. How they are numbered: inventory.py.
"""
from .inventory import Inventory

INITIALS = ["zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s"]
FINALS = ["a", "o", "e", "i", "ii", "iii", "u", "v", "ai", "ei", "ao", "ou", "ia", "ie", "ua", "uo", "ve", "iao", "iou",
          "uai", "uei", "an", "en", "ang", "eng", "ong", "ian", "in", "iang", "ing", "iong", "uan", "uen", "uang",
          "ueng", "van", "vn", "er"]
FINAL_CLASS = {f: f if f in ("ii", "iii") else "o" if f == "ong" else f[0] for f in FINALS}

# Spellings of syllables without an initial.
_BARE = {"yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iou", "yan": "ian", "yin": "in", "yang": "iang",
         "ying": "ing", "yong": "iong", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "uei", "wan": "uan",
         "wen": "uen", "wang": "uang", "weng": "ueng", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "yo": "o",
         "ei": "ei", "o": "o", "a": "a", "e": "e", "ai": "ai", "ao": "ao", "ou": "ou", "an": "an", "en": "en",
         "ang": "ang", "eng": "eng", "er": "er", "n": "en", "ng": "eng", "r": "er"}
_SHORT = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve", "vue": "ve"}

SYLLABLES = """ba bo bai bei bao ban ben bang beng bi bie biao bian bin bing bu pa po pai pei pao pou pan pen pang peng pi
pie piao pian pin ping pu ma mo me mai mei mao mou man men mang meng mi mie miao miu mian min ming mu fa fo fei fou fan fen
fang feng fu da de dai dei dao dou dan den dang deng dong di die diao diu dian ding du duo dui duan dun ta te tai tao tou tan
tang teng tong ti tie tiao tian ting tu tuo tui tuan tun na ne nai nei nao nou nan nen nang neng nong ni nie niao niu nian nin
niang ning nu nuo nuan nv nve la le lai lei lao lou lan lang leng long li lia lie liao liu lian lin liang ling lu luo luan lun
lv lve ga ge gai gei gao gou gan gen gang geng gong gu gua guo guai gui guan gun guang ka ke kai kei kao kou kan ken kang keng
kong ku kua kuo kuai kui kuan kun kuang ha he hai hei hao hou han hen hang heng hong hu hua huo huai hui huan hun huang ji jia
jie jiao jiu jian jin jiang jing jiong ju jue juan jun qi qia qie qiao qiu qian qin qiang qing qiong qu que quan qun xi xia xie
xiao xiu xian xin xiang xing xiong xu xue xuan xun zhi zha zhe zhai zhei zhao zhou zhan zhen zhang zheng zhong zhu zhua zhuo
zhuai zhui zhuan zhun zhuang chi cha che chai chao chou chan chen chang cheng chong chu chua chuo chuai chui chuan chun chuang
shi sha she shai shei shao shou shan shen shang sheng shu shua shuo shuai shui shuan shun shuang ri re rao rou ran ren rang
reng rong ru ruo rui ruan run zi za ze zai zei zao zou zan zen zang zeng zong zu zuo zui zuan zun ci ca ce cai cao cou can cen
cang ceng cong cu cuo cui cuan cun si sa se sai sao sou san sen sang seng song su suo sui suan sun yi ya ye yao you yan yin
yang ying yong wu wa wo wai wei wan wen wang weng yu yue yuan yun a o e ai ei ao ou an en ang eng er""".split()


def split_syllable(pinyin):
    """(initial or None, final) of a pinyin syllable with or without its tone number; None if Mandarin has none such."""
    pinyin = pinyin.lower().replace("ü", "v").replace("u:", "v").rstrip("012345")
    if pinyin in _BARE:
        return None, _BARE[pinyin]
    initial = next((i for i in INITIALS if pinyin.startswith(i)), None)  # two-letter ones come first
    if initial is None:
        return None
    rest = pinyin[len(initial):]
    if initial in ("j", "q", "x") and rest.startswith("u"):
        rest = "v" + rest[1:]
    if rest == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        rest = "ii" if initial in ("z", "c", "s") else "iii"
    rest = _SHORT.get(rest, rest)
    return (initial, rest) if rest in FINALS else None


def _initial_units():
    units = set()
    for syllable in SYLLABLES:
        initial, final = split_syllable(syllable)
        if initial:
            units.add(initial + "_" + FINAL_CLASS[final])
    return sorted(units)


INITIAL_UNITS = _initial_units()
TONES = 4  # a fifth, none, is what the net says nothing about: 0


def _unknown():
    """[unk]'s sounds: any syllables."""
    found = []
    for unit in INITIAL_UNITS:
        target = unit.split("_")[1]
        found += [("first", unit, "B", target, 1), ("middle", unit, "I", target, 1)]
    for final in FINALS:
        source = FINAL_CLASS[final]
        found += [(source, final, "I", "middle", 0), (source, final, "E", "end", 0)]
        if final not in ("ii", "iii", "ong"):  # the others can be a syllable alone
            found += [("first", final, "B", "middle", 1), ("first", final, "S", "end", 1), ("middle", final, "I", "middle", 1),
                      ("middle", final, "E", "end", 1)]
    return found


MANDARIN = Inventory({**dict.fromkeys(INITIAL_UNITS, 1), **dict.fromkeys(FINALS, 2)}, FINALS, TONES, unknown=_unknown())


def syllable_units(pinyin):
    """The units of one syllable; None if it has none."""
    parts = split_syllable(pinyin)
    if parts is None:
        return None
    initial, final = parts
    units = ([initial + "_" + FINAL_CLASS[final]] if initial else []) + [final]
    return units if all(u in MANDARIN.pdfs for u in units) else None


def word_units(syllables):
    """The units of a word given as pinyin syllables; None if one cannot be said."""
    units = []
    for pinyin in syllables:
        of_syllable = syllable_units(pinyin)
        if of_syllable is None:
            return None
        units += of_syllable
    return units


def word_tones(syllables, tones):
    """The tone of each unit of word_units: 0 for initials; `tones` are the syllables'."""
    found = []
    for pinyin, tone in zip(syllables, tones):
        found += [0] * (len(syllable_units(pinyin)) - 1) + [tone]
    return found


def toned(units, tones):
    """The units in their tones; a tone of 0 leaves a unit as it is."""
    return [f"{unit}{tone}" if tone else unit for unit, tone in zip(units, tones)]
