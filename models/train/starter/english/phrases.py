"""What people say to a portal in English: commands of the shipped grammar, column names, words of the demo portal's pages."""
import functools
import json
import random
import re

import yaml

from .. import config, portal

GRAMMAR = config.REPOSITORY / "grammar" / "shipped" / "en.yaml"
CARRIERS = ["open X", "go to X", "show me X", "search for X", "find X", "take me to X", "where is X", "i want to see X", "X page", "how do i get to X"]
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(value):
    """0 to 999 in words."""
    if value >= 100:
        return f"{_ONES[value // 100]} hundred" + (f" {number(value % 100)}" if value % 100 else "")
    if value >= 20:
        return _TENS[value // 10 - 2] + (f" {_ONES[value % 10]}" if value % 10 else "")
    return _ONES[value]


def words(text):
    """A text as it is said: lower case, numbers of up to three digits as such, longer ones digit by digit."""
    text = text.lower().replace("’", "'").replace("%", " percent ")
    text = re.sub(r"\d+", lambda m: f" {number(int(m[0]))} " if len(m[0]) < 4 else " " + " ".join(_ONES[int(d)] for d in m[0]) + " ", text)
    return [w.strip("'") for w in re.findall("[a-z']+", text) if w.strip("'")]


@functools.lru_cache(maxsize=None)
def column_names():
    """Names and aliases of the English columns as they are said, in the file's order, each once."""
    columns = yaml.safe_load(portal.COLUMNS.read_text(encoding="utf8"))["columns"]
    names = [n for c in columns if c["lang"] == "en" for n in [c["name"], *c.get("aliases", [])]]
    return list(dict.fromkeys(" ".join(words(n)) for n in names))


@functools.lru_cache(maxsize=None)
def page_lines():
    """Titles and sentences of the demo portal's English pages, as lists of words."""
    found = []
    for line in (portal.PAGES / "english.jsonl").read_text(encoding="utf8").splitlines():
        page = json.loads(line)
        found += [words(s) for s in [page["title"], *re.split(r"[.!?;:\n]", page["body"])]]
    return [s for s in found if s]


@functools.lru_cache(maxsize=None)
def _grammar():
    return yaml.safe_load(GRAMMAR.read_text(encoding="utf8"))


@functools.lru_cache(maxsize=None)
def _sentences():
    return [data["sentences"] for intent in _grammar()["intents"].values() for data in intent["data"]]


class _Sayer:
    """Says a pattern of the grammar once: one of (a|b), perhaps [a], a <rule>, a {list}."""

    def __init__(self, rng, names):
        self.rng, self.names = rng, names

    def say(self, pattern):
        self.tokens = re.findall(r"[()\[\]|]|<\w+>|\{[^}]*\}|[^()\[\]|<{\s]+", pattern)
        return self._alternatives()

    def _alternatives(self):
        options = [[]]
        while self.tokens and self.tokens[0] not in ")]":
            token = self.tokens.pop(0)
            if token == "|":
                options.append([])
            else:
                options[-1].append(self._part(token))
        return " ".join(self.rng.choice(options))

    def _part(self, token):
        if token in "([":
            inside = self._alternatives()
            self.tokens.pop(0)
            return inside if token == "(" or self.rng.random() < 0.3 else ""
        if token[0] == "<":
            return _Sayer(self.rng, self.names).say(_grammar()["rules"][token[1:-1]])
        return self._listed(token[1:-1].split(":")[0]) if token[0] == "{" else token

    def _listed(self, name):
        if name == "column":
            return self.rng.choice(self.names)
        values = _grammar()["lists"][name]
        if "range" in values:
            return number(self.rng.randint(1, self.rng.choice([10, 20, 99])))
        if "wildcard" in values:
            line = self.rng.choice(page_lines())
            start = self.rng.randrange(len(line))
            return " ".join(line[start:start + self.rng.choice([1, 2, 2, 3])])
        return self.say_alone(self.rng.choice(values["values"])["in"])

    def say_alone(self, pattern):
        return _Sayer(self.rng, self.names).say(re.sub(r"\|\d\w+", "", pattern))


def command(rng, names):
    """A command of the shipped grammar as words; columns are said by one of `names`."""
    return words(_Sayer(rng, names).say(rng.choice(rng.choice(_sentences()))))


def vocabulary():
    """Every word that the grammar, the column names and the demo pages have, in a fixed order."""
    text = " ".join(_grammar()["rules"].values()) + " " + " ".join(s for group in _sentences() for s in group)
    text = re.sub(r"<\w+>|\{[^}]*\}", " ", text) + " " + " ".join(str(v["in"]) for g in _grammar()["lists"].values() for v in g.get("values", []))
    said = words(re.sub(r"\d\w*", " ", text)) + [w for n in column_names() for w in n.split()] + [w for line in page_lines() for w in line]
    return list(dict.fromkeys([*said, *_ONES, *_TENS, "hundred", "thousand", "please", "thanks", "thank", "hello"]))


def commands(count, seed=1):
    """`count` commands of the grammar, as lists of words."""
    rng = random.Random(seed)
    return [c for c in (command(rng, column_names()) for _ in range(count)) if c]
