#!/bin/sh
# Runs a bench against a service of its own, on a free port and a new data
# directory: scripts/with-service.sh soak --hours 1 FILE… starts one, runs
# "tingdong bench soak --server URL --hours 1 FILE…", and stops it. SERVE_FLAGS
# go to the service.
set -eu
cd "$(dirname "$0")/.."
data=$(mktemp -d)
trap 'kill "$service" 2>/dev/null || true; wait; rm -rf "$data"' EXIT
bin/tingdong serve --data "$data" --listen 127.0.0.1:0 --json-ready ${SERVE_FLAGS:-} >"$data/ready" 2>"$data/log" &
service=$!
until url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$data/ready") && [ -n "$url" ]; do
	kill -0 "$service" 2>/dev/null || { cat "$data/log" >&2; exit 1; }
	sleep 0.2
done
what=$1
shift
bin/tingdong bench "$what" --server "$url" "$@"
