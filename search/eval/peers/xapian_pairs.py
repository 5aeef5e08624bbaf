"""Xapian over character pairs, as a peer of `tingdong search-eval`.

Needs Debian's python3-xapian.
usage: xapian_pairs.py DOCS.jsonl QUERIES.jsonl DIR
"""

import json
import os
import sys
import time

import xapian

from bigrams import terms

docs, queries, folder = sys.argv[1:]
path = os.path.join(folder, "xapian")
db = xapian.WritableDatabase(path, xapian.DB_CREATE_OR_OVERWRITE)
n = 0
start = time.time()
for line in open(docs, encoding="utf-8"):
    d = json.loads(line)
    doc = xapian.Document()
    doc.set_data(d["id"])
    for t in terms(d["title"]):
        doc.add_term(t, 2)
    for t in terms(d["body"]):
        doc.add_term(t, 1)
    db.add_document(doc)
    n += 1
db.commit()
took = time.time() - start
size = sum(os.path.getsize(os.path.join(path, f)) for f in os.listdir(path))
print(json.dumps({"name": "Xapian %s, pairs" % xapian.version_string(), "docs_per_s": n / took,
                  "index_bytes": size}), flush=True)
enquire = xapian.Enquire(db)
for line in open(queries, encoding="utf-8"):
    q = json.loads(line)
    start, cpu = time.time(), time.process_time()
    enquire.set_query(xapian.Query(xapian.Query.OP_OR, list(dict.fromkeys(terms(q["query"])))))
    ids = [m.document.get_data().decode() for m in enquire.get_mset(0, q["n"])]
    print(json.dumps({"ids": ids, "ms": (time.time() - start) * 1000,
                      "cpu": (time.process_time() - cpu) * 1000}), flush=True)
