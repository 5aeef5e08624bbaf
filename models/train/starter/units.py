"""The model's sounds: toneless Mandarin initials and finals.

An initial is one HMM state and has one variant for each class of the final that follows (b_a, b_i, …), because lips and
tongue prepare for it. A final is two states. SIL, one state, is silence and noise. Each state is one output of the net
(a "pdf"). The decoder sees four position variants of a unit (_B first in its word, _I inside, _E last, _S alone); they
share the pdfs and exist only so that words get times.

Transition ids are Kaldi's: numbered through (phone, state, pdf) in order, self-loop first, then forward.
"""
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
GARBAGE_UNIT = "GBG"  # speech that is no Mandarin; one state, after the others so that older nets keep their numbers
UNITS = ["SIL"] + INITIAL_UNITS + FINALS + [GARBAGE_UNIT]


def _number_pdfs():
    pdfs, n = {}, 0
    for unit in UNITS:
        count = 2 if unit in FINALS else 1
        pdfs[unit] = list(range(n, n + count))
        n += count
    return pdfs, n


PDFS, PDF_COUNT = _number_pdfs()
SILENCE = PDFS["SIL"][0]
GARBAGE = PDFS[GARBAGE_UNIT][0]
TONES = 4  # a fifth, none, is what the net says nothing about: 0

# What the decoder tells apart: the net's units, and each final also in each tone. HMMS: {name: its decoder pdfs}; the first
# PDF_COUNT are the net's. A decoder pdf of a toned final is the net's pdf of the final and its tone together (export.py).
TONED = [f"{final}{tone}" for tone in range(1, TONES + 1) for final in FINALS]
HMMS = {**PDFS, **{name: [PDF_COUNT + 2 * i, PDF_COUNT + 2 * i + 1] for i, name in enumerate(TONED)}}
DECODER_PDFS = PDF_COUNT + 2 * len(TONED)

PHONES = ["<eps>", "SIL"] + [f"{name}_{position}" for name in [*UNITS[1:], *TONED] for position in "BIES"]
PHONE_UNIT = [None, "SIL"] + [name for name in [*UNITS[1:], *TONED] for _ in "BIES"]
PHONE_ID = {phone: i for i, phone in enumerate(PHONES)}


def _number_transitions():
    triples, ids = [], {}
    for phone in range(1, len(PHONES)):
        for state, pdf in enumerate(HMMS[PHONE_UNIT[phone]]):
            triples.append((phone, state, pdf))
            ids[(phone, state)] = (2 * len(triples) - 1, 2 * len(triples))
    return triples, ids


TRIPLES, TRANSITIONS = _number_transitions()  # TRANSITIONS: (phone, state) → (self-loop id, forward id)
TRANSITION_COUNT = 2 * len(TRIPLES)


def syllable_units(pinyin):
    """The units of one syllable; None if it has none."""
    parts = split_syllable(pinyin)
    if parts is None:
        return None
    initial, final = parts
    units = ([initial + "_" + FINAL_CLASS[final]] if initial else []) + [final]
    return units if all(u in PDFS for u in units) else None


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


def word_phones(units):
    """Phone ids of a word, with its units' positions; finals may have their tone."""
    if len(units) == 1:
        return [PHONE_ID[units[0] + "_S"]]
    last = len(units) - 1
    return [PHONE_ID[u + ("_B" if i == 0 else "_E" if i == last else "_I")] for i, u in enumerate(units)]
