"""What people say to a portal: column names, phrases, page titles. All from files of this repository."""
import json
import re

import yaml

from . import config

COLUMNS = config.REPOSITORY / "grammar" / "shipped" / "columns.yaml"
PAGES = config.REPOSITORY / "server" / "web" / "demo" / "pages"

CARRIERS = ["打开X", "进入X", "查询X", "查一下X", "我想查X", "我要查X", "搜索X", "搜一下X", "找一下X", "帮我找X", "请打开X", "X在哪里",
            "X怎么办理", "怎么办理X", "如何办理X", "我要办理X", "我想办理X", "X电话", "X地址", "X是什么", "X需要什么材料", "X流程",
            "X条件", "申请X", "X申请", "预约X", "最新X", "关于X的通知", "关于X的政策", "我想了解X", "了解X", "带我去X", "去X", "看X"]


def column_names():
    """Names and aliases of the Chinese columns, in the file's order, each once."""
    columns = yaml.safe_load(COLUMNS.read_text(encoding="utf8"))["columns"]
    names = [n for c in columns if c["lang"] == "zh-CN" for n in [c["name"], *c.get("aliases", [])]]
    return [n for n in dict.fromkeys(names) if re.fullmatch("[\u4e00-\u9fff]+", n)]


def page_titles():
    """Titles of the demo portal's Chinese pages."""
    titles = []
    for path in sorted(PAGES.glob("*.jsonl")):
        for line in path.read_text(encoding="utf8").splitlines():
            title = json.loads(line).get("title", "") if line.strip() else ""
            if re.search("[\u4e00-\u9fff]", title):
                titles.append(title)
    return titles


def phrases():
    """Spoken phrases: every name alone and in every carrier."""
    names = column_names()
    return names + [c.replace("X", n) for n in names for c in CARRIERS]
