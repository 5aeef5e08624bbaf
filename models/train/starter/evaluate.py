"""The held-out table: each test decoded by libvosk itself, for each model the same recordings and grammars."""
import multiprocessing
import time
from pathlib import Path

from . import graph, lexicon, libvosk, pinyin, recordings, testsets

# (title, set, grammar, measure). Grammars: 12 words, 500 phrases, with [unk], None is the open language model.
TESTS = [
    ("6 held-out speakers, 12 words", "speakers", "12", "exact"),
    ("the same, 12 words + [unk]", "speakers", "12+", "exact"),
    ("the same, 10 dB pink noise", "speakers_noisy", "12", "exact"),
    ("the same, far away", "speakers_far", "12", "exact"),
    ("the same, telephone", "speakers_telephone", "12", "exact"),
    ("the same, open vocabulary", "speakers", None, "errors"),
    ("spliced commands, 500 phrases", "commands", "500", "exact"),
    ("the same, 500 + [unk]", "commands", "500+", "exact"),
    ("the same, 10 dB pink noise", "commands_noisy", "500", "exact"),
    ("the same, far away", "commands_far", "500", "exact"),
    ("the same, telephone", "commands_telephone", "500", "exact"),
    ("the same, open vocabulary", "commands", None, "errors"),
    ("synthetic voices, 500 phrases", "synthetic", "500", "exact"),
    ("the same, 500 + [unk]", "synthetic", "500+", "exact"),
    ("the same, 10 dB pink noise", "synthetic_noisy", "500", "exact"),
    ("the same, far away", "synthetic_far", "500", "exact"),
    ("the same, telephone", "synthetic_telephone", "500", "exact"),
    ("the same, open vocabulary", "synthetic", None, "errors"),
    ("isolated words, open vocabulary", "words", None, "errors"),
    ("false accepts: noise, 500 + [unk]", "noise", "500+", "accepts"),
    ("false accepts: noise, open vocabulary", "noise", None, "accepts"),
    ("false accepts: English, 12 words + [unk]", "english", "12+", "accepts"),
    ("false accepts: English, 500 + [unk]", "english", "500+", "accepts"),
    ("false accepts: words not in 500 + [unk]", "words", "500+", "accepts"),
]


def distance(a, b):
    """Edits that make a of b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def phrases(kind, words):
    """A grammar of TESTS, its phrases split into words that the model knows."""
    if kind is None:
        return None
    texts = recordings.MULTI_WORDS if kind.startswith("12") else testsets.grammar()
    split = [lexicon.segment(text, words) for text in texts]
    return [" ".join(parts) for parts in split if None not in parts] + (["[unk]"] if kind.endswith("+") else [])


class Score:
    """What one test counted."""

    def __init__(self):
        self.count = self.exact = self.sounds = self.accepted = 0
        self.edits = self.characters = self.syllable_edits = 0
        self.heard_seconds = self.cpu_seconds = 0.0

    def add(self, wanted, heard):
        said = heard.replace("[unk]", "").replace(" ", "")
        plain = heard.replace(" ", "")
        self.count += 1
        self.accepted += bool(said)
        self.exact += plain == wanted
        a, b = pinyin.syllables(wanted), pinyin.syllables(said)
        self.sounds += a == b and "[unk]" not in heard
        self.edits += distance(wanted, said)
        self.syllable_edits += distance(a, b)
        self.characters += len(wanted)

    def text(self, measure):
        if measure == "accepts":
            return f"{100 * self.accepted / self.count:.1f} % ({self.accepted}/{self.count})"
        shares = f"{100 * self.exact / self.count:.1f} / {100 * self.sounds / self.count:.1f} %"
        if measure == "exact":
            return shares
        characters = max(1, self.characters)
        return f"{shares}; CER {100 * self.edits / characters:.1f}, syllables {100 * self.syllable_edits / characters:.1f} %"


def score(model, items, grammar, total):
    for _, wanted, pcm in items:
        began = time.process_time()
        heard = model.text(pcm, grammar)
        total.cpu_seconds += time.process_time() - began
        total.heard_seconds += len(pcm) / 32000
        total.add(wanted, heard)
    return total


def label(folder):
    return folder.parent.name if folder.name == "model" else folder.name


def resident():
    """This process's memory in MB."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def loaded_memory(folder):
    """What loading a model adds, in MB. For a fresh process: an old one gives memory of the model before again."""
    before = resident()
    model = libvosk.Model(folder)
    added = resident() - before
    del model
    return added


def costs(folder, loaded, scores):
    """A line about size, memory and speed."""
    cpu, heard = (sum(getattr(s, name) for s in scores) for name in ("cpu_seconds", "heard_seconds"))
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    return f"{label(folder)}: {size:.1f} MB, {loaded:.0f} MB of memory when loaded, RTF {cpu / heard:.3f} on one core"


def run(paths, folders, tests=None):
    """Prints the table as Markdown, a column for each model directory. Returns {folder: [Score of each test]}."""
    testsets.make(paths)
    return table(paths, folders, tests or TESTS, phrases, Score)


def table(paths, folders, tests, phrases, new_score):
    """run() for any tests: phrases(kind, words) makes their grammars, new_score() counts what is heard."""
    results, lines = {}, []
    for folder in folders:
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            loaded = fresh.apply(loaded_memory, (folder,))
        model = libvosk.Model(folder)
        words = set(graph.read_ids(folder / "graph"))
        results[folder] = [score(model, testsets.read(paths, name), phrases(kind, words), new_score()) for _, name, kind, _ in tests]
        lines.append(costs(folder, loaded, results[folder]))
    print("| test | n | " + " | ".join(map(label, folders)) + " |\n|---|---|" + "---|" * len(folders))
    for i, (title, _, _, measure) in enumerate(tests):
        print(f"| {title} | {results[folders[0]][i].count} | " + " | ".join(results[f][i].text(measure) for f in folders) + " |")
    print("\n" + "\n".join(lines), flush=True)
    return results
