"""SQLite FTS5 over character pairs, as a peer of `tingdong search-eval`.

usage: fts5.py DOCS.jsonl QUERIES.jsonl DIR
Prints a JSON line about the index, then one for each query.
"""

import json
import os
import sqlite3
import sys
import time

from bigrams import terms

docs, queries, folder = sys.argv[1:]
path = os.path.join(folder, "fts5.db")
db = sqlite3.connect(path)
db.execute("PRAGMA journal_mode=off")
db.execute("CREATE VIRTUAL TABLE d USING fts5(id UNINDEXED, title, body, content='', detail='full')")
names = []
start = time.time()
for line in open(docs, encoding="utf-8"):
    d = json.loads(line)
    names.append(d["id"])
    db.execute("INSERT INTO d(rowid, title, body) VALUES (?, ?, ?)",
               (len(names), " ".join(terms(d["title"])), " ".join(terms(d["body"]))))
db.commit()
took = time.time() - start
print(json.dumps({"name": "SQLite %s FTS5, pairs" % sqlite3.sqlite_version, "docs_per_s": len(names) / took,
                  "index_bytes": os.path.getsize(path)}), flush=True)
for line in open(queries, encoding="utf-8"):
    q = json.loads(line)
    start, cpu = time.time(), time.process_time()
    words = " OR ".join('"%s"' % t for t in dict.fromkeys(terms(q["query"])))
    rows = []
    if words:
        rows = db.execute("SELECT rowid FROM d WHERE d MATCH ? ORDER BY bm25(d, 0, 2.0, 1.0) LIMIT ?",
                          (words, q["n"])).fetchall()
    print(json.dumps({"ids": [names[r[0] - 1] for r in rows], "ms": (time.time() - start) * 1000,
                      "cpu": (time.process_time() - cpu) * 1000}), flush=True)
