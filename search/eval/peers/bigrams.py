"""Character pairs of Chinese and words of everything else, for engines that
have no analyzer for Chinese."""

import re
import unicodedata

RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


def terms(text):
    out = []
    for run in RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0] < "\u3400" or len(run) == 1:
            out.append(run)
        else:
            out.extend(run[i:i + 2] for i in range(len(run) - 1))
    return out
