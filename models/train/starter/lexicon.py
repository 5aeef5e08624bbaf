"""The words that the model knows, how often they are said and how they sound."""
import collections
import functools
import re
from pathlib import Path

from . import config, pinyin, portal, units

# Words that people say to a site and a dictionary does not have as one.
SPOKEN = """打开 关闭 返回 后退 前进 刷新 上一页 下一页 上一条 下一条 第一条 第二条 第三条 第一个 第二个 第三个 最后一个 点击 点开 进入 退出 取消 确认 确定 提交
登录 注册 放大 缩小 字体 字号 大一点 小一点 声音 音量 大声 小声 快一点 慢一点 朗读 播放 暂停 停止 继续 开始 重新 再说一遍 帮助 帮我 请问 我要 我想 我要查 我想查 查一下
找一下 搜一下 搜索 检索 查询 怎么 怎么办 怎么办理 如何 办理 申请 预约 哪里 在哪里 哪儿 什么 什么时候 多少 多少钱 几点 有没有 可以 需要什么 是什么 为什么 电话 地址 流程 条件 材料
首页 导航 菜单 搜一下 往上 往下 向上 向下 滚动 翻页 顶部 底部 英文版 中文版 繁体 简体 无障碍 语音 助手 你好 谢谢 再见 不是 不要 没有 社保卡 居住证 公积金 身份证 出入境 人社局 卫健局 住建局
发改局 教育局 公安局 民政局 财政局 水务局 城管局 司法局 审计局 统计局 医保局 信访局 税务局 区政府 市政府 街道办 盐田 盐田区 大梅沙 小梅沙 沙头角 中英街 深圳 深圳市 罗湖 福田 南山 宝安 龙岗
龙华 坪山 光明 大鹏 数字 语言 识别 中国 总工 北京 背景 上海 商行 复旦 饭店 政务服务 政务公开 信息公开 办事指南 办事大厅 结婚登记 学位申请 营业执照 不动产 残疾人 老年人 低保 摇号 落户 入户""".split()


@functools.lru_cache(maxsize=None)
def frequencies():
    """{word: count} of the segmenter's dictionary, Chinese words of up to five characters."""
    counts = {}
    for line in Path(config.go_module_file("github.com/go-ego/gse", "data/dict/zh/s_1.txt")).read_text(encoding="utf8").splitlines():
        fields = line.split()
        if len(fields) >= 2 and fields[1].isdigit() and re.fullmatch("[\u4e00-\u9fff]{1,5}", fields[0]):
            counts[fields[0]] = max(counts.get(fields[0], 0), int(fields[1]))
    return counts


def pronunciations(word):
    """[(syllables, units)], most likely first; empty for a word that cannot be said."""
    known = pinyin.readings(word, 3 if len(word) > 1 else 2)
    return [(syllables, sounds) for syllables in known if (sounds := units.word_units(syllables))]


@functools.lru_cache(maxsize=None)
def vocabulary(sizes=config.Sizes()):
    """(words of the open language model, further words and characters for runtime grammars)."""
    counts = frequencies()
    by_count = sorted((w for w in counts if counts[w] > 3), key=lambda w: (-counts[w], w))
    names = [n for n in portal.column_names() if len(n) <= 5 and n in counts]
    spoken = [w for w in dict.fromkeys(SPOKEN + names + by_count[:sizes.words]) if pronunciations(w)]
    characters = collections.Counter()
    for word, count in counts.items():
        for character in word:
            characters[character] += count
    frequent = [w for w in by_count if len(w) > 1][:sizes.grammar_words]
    listed = sorted(characters, key=lambda c: (-characters[c], c))[:sizes.characters]
    have = set(spoken)
    return spoken, [w for w in dict.fromkeys(frequent + listed) if w not in have and pronunciations(w)]


def segment(text, words, longest=6):
    """The text as its longest words, left to right; None stands for a character that no word has."""
    found = []
    for run in re.findall("[\u4e00-\u9fff]+", text):
        while run:
            n = next((n for n in range(min(longest, len(run)), 0, -1) if run[:n] in words), 0)
            found.append(run[:n] if n else None)
            run = run[n or 1:]
    return found
