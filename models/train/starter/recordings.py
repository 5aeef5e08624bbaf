"""The recordings of SPEECH_DIR, who says what in them, and which are never trained on.

Held out, by rules that depend on names alone:
  * of `multi`'s 28 speakers those whose number leaves 3 when divided by 5 (03 08 13 18 23 28);
  * of `cmn/words` the words that the test commands of testsets.py are spliced from, and every word whose SHA-256 leaves
    0 when divided by 25.
"""
import hashlib
import re
import subprocess
from dataclasses import dataclass, field

import numpy as np
import soundfile

from . import pinyin, units

MULTI_WORDS = "数字 语音 语言 识别 中国 总工 北京 背景 上海 商行 复旦 饭店".split()
_MULTI_SYLLABLES = "shu4 zi4,yu3 yin1,yu3 yan2,shi2 bie2,zhong1 guo2,zong3 gong1,bei3 jing1,bei4 jing3,shang4 hai3,shang1 hang2,fu4 dan4,fan4 dian4".split(",")
_ERHUA = {"女儿", "婴儿", "幼儿", "孤儿", "少儿", "健儿"}  # 儿 is a syllable of its own in these


@dataclass
class Recording:
    """One file. `pronunciations` are candidates, each a list of units, `tones` the same with each unit's tone.

    `held_out` says that training must not see it.
    """

    id: str
    source: str  # words, syllables, multi
    speaker: str
    text: str
    path: str
    pronunciations: list = field(default_factory=list)
    tones: list = field(default_factory=list)
    held_out: bool = False


def digest(text):
    """A number that depends on the text alone, the same on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def words(speech, spliced=frozenset()):
    """The words of one woman; those in `spliced` are held out besides the rule's."""
    for path in sorted((speech / "cmn" / "words").glob("cmn-*.opus")):
        text = path.stem[4:]
        if not re.fullmatch("[\u4e00-\u9fff]+", text) or (text.endswith("儿") and text not in _ERHUA):
            continue
        sayable = [r for r in pinyin.readings(text) if units.word_units(r)]
        if sayable:
            held_out = text in spliced or digest(text) % 25 == 0
            yield Recording("words-" + text, "words", "words", text, str(path), [units.word_units(r) for r in sayable],
                            [units.word_tones(r, pinyin.tones(text, r)) for r in sayable], held_out)


def syllables(speech):
    """The syllables of another woman; none is held out."""
    for path in sorted((speech / "cmn" / "syllables").glob("cmn-*.opus")):
        text = path.stem[4:]
        plain = text.rstrip("012345")
        sounds = units.syllable_units(plain)
        if sounds and not text.startswith("_"):
            yield Recording("syllables-" + text, "syllables", "syllables", text, str(path), [sounds],
                            [units.word_tones([plain], [_tone(text)])])


def _tone(syllable):
    """The tone number that a syllable ends with; 0 for none and for the neutral one."""
    return int(syllable[-1]) if syllable[-1] in "1234" else 0


def held_out_speaker(speaker):
    return int(speaker[3:]) % 5 == 3


def multi(speech):
    """Twelve words by 28 speakers."""
    for path in sorted((speech / "multi").glob("spk*.opus")):
        speaker, label, _ = path.stem.split("-")
        if int(label) >= len(MULTI_WORDS):
            continue
        syllables = _MULTI_SYLLABLES[int(label)].split()
        tones = units.word_tones(syllables, [_tone(s) for s in syllables])
        yield Recording(path.stem, "multi", speaker, MULTI_WORDS[int(label)], str(path), [units.word_units(syllables)], [tones],
                        held_out_speaker(speaker))


def multi_english(speech):
    """English words by all speakers: speech outside any Mandarin grammar. Those of the held-out speakers are held out too."""
    for path in sorted((speech / "multi").glob("spk*.opus")):
        speaker, label, _ = path.stem.split("-")
        if int(label) >= len(MULTI_WORDS):
            yield Recording(path.stem, "garbage", speaker, "[unk]", str(path), [], [], held_out_speaker(speaker))


def read(path):
    """(float samples ±1 of one channel, rate in Hz) of any file that libsndfile reads, Opus too; G.722 by ffmpeg."""
    if path.endswith(".g722"):
        command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", path, "-f", "s16le", "-ar", "16000", "-ac", "1", "-"]
        return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2").astype("f4") / 32768, 16000
    samples, rate = soundfile.read(path, dtype="float32")
    return (samples if samples.ndim == 1 else samples.mean(1)), rate
