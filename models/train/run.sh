#!/bin/sh
# From recordings to a verified model: run.sh SPEECH_DIR OUT_DIR [options of python3 -m starter]
# May be stopped and called again at any time; it goes on where it was.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 SPEECH_DIR OUT_DIR [--from CHECKPOINT] [--steps N] [--wide] [--text FILE] [--evaluate MODEL …] [--language en --mandarin OUT_DIR]" >&2; exit 2; }
speech=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
shift 2
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in *" --language en "*) "$here/setup.sh" en ;; *) "$here/setup.sh" ;; esac
# torch's threads spin while they wait, which is 5 times slower on a machine that others use too.
export OMP_WAIT_POLICY=PASSIVE PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH="$here"
# Debian's python: another one on the PATH has no torch.
exec /usr/bin/python3 -m starter "$speech" "$out" "$@"
