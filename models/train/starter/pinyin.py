"""Characters → toneless pinyin, from go-pinyin's table in the Go module cache and readings.txt beside this file."""
import functools
import itertools
import re
import unicodedata
from pathlib import Path

from . import config

_TONES = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}

# Words whose reading the order of their characters' readings gets wrong.
FIXED = {word: syllables.split() for word, syllables in {
    "银行": "yin hang", "行业": "hang ye", "校长": "xiao zhang", "市长": "shi zhang", "局长": "ju zhang",
    "区长": "qu zhang", "重庆": "chong qing", "音乐": "yin yue", "还有": "hai you", "教育局": "jiao yu ju",
    "大梅沙": "da mei sha", "商行": "shang hang", "社会": "she hui", "行政": "xing zheng", "大厅": "da ting",
    "会计": "kuai ji", "了解": "liao jie", "首都": "shou du", "成都": "cheng du", "都市": "du shi"}.items()}


# Characters in daily use whose tone varies with the word, the place in it or the speaker, while the sound does not.
VARIES = set("好中数处分间少教相兴应与为种几假量难宁强只转切倒当空更观冠传调看差供号横卷监夹禁尽落没铺奇省舍似属宿提血要占涨正折称盛乘答"
             "创扇散塞泊便喝晃济将缝夫一不子们头了着过的地得儿吗呢吧啊个上下里边面来去起家方西友")

@functools.lru_cache(maxsize=None)
def _tables():
    """({character: readings, most likely first}, {(character, reading): tone})"""
    readings, tones = {}, {}
    source = config.go_module_file("github.com/mozillazg/go-pinyin", "pinyin_dict.go")
    for line in Path(source).read_text(encoding="utf8").splitlines():
        match = re.match(r'\s*0x([0-9A-F]+):\s*"([^"]+)"', line)
        if not match:
            continue
        character = chr(int(match.group(1), 16))
        for marked in match.group(2).split(","):
            plain, tone = _split_tone(marked)
            readings.setdefault(character, [plain])
            tones.setdefault((character, plain), tone)
    for line in Path(__file__).with_name("readings.txt").read_text(encoding="utf8").splitlines():
        if not line.startswith("#"):
            character, *listed = line.split()
            readings[character] = listed
    return readings, tones


def _split_tone(marked):
    """"lǜ" → ("lv", 4); tone 5 is none."""
    parts = unicodedata.normalize("NFD", marked)
    tone = next((_TONES[c] for c in parts if c in _TONES), 5)
    parts = parts.replace("u\u0308", "v")
    plain = "".join(c for c in parts if not unicodedata.combining(c))
    return plain.replace("ü", "v").replace("ê", "e"), tone


def known(character):
    return character in _tables()[0]


def first(character):
    """The character's most likely reading, or the character itself when it has none."""
    return _tables()[0].get(character, [character])[0]


def tone(character, reading):
    """1 to 5 (5: none); 4, the most frequent one, when the table has no such reading."""
    return _tables()[1].get((character, reading), 4)


def tones(word, syllables):
    """The tone of each syllable as it is said in the word: 1 to 4, or 0 where it has none, may vary or is not known.

    A third tone before another is said as a second.
    """
    table = _tables()[1]
    found = [0 if c in VARIES else table.get((c, s), 0) for c, s in zip(word, syllables)]
    found = [t if t <= 4 else 0 for t in found]
    return [2 if t == 3 and following == 3 else t for t, following in zip(found, found[1:] + [0])]


def readings(word, limit=6):
    """Readings of a word as lists of syllables, most likely first; none if a character is unknown."""
    if word in FIXED:
        return [FIXED[word]]
    table = _tables()[0]
    if any(c not in table for c in word):
        return []
    options = [table[c] for c in word]
    every = list(itertools.islice(itertools.product(*options), 64))
    every.sort(key=lambda syllables: sum(o.index(s) for o, s in zip(options, syllables)))
    return [list(syllables) for syllables in every[:limit]]


def syllables(text):
    """The text's toneless syllables character by character, so that different segmentations compare equal."""
    return [first(c) for c in text if not c.isspace()]
