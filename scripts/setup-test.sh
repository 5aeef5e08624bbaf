#!/bin/sh
# Installs what the tests need and is not there: Debian's chromium, espeak-ng,
# ffmpeg and python3-websockets, and npm's playwright-core, axe-core and ws.
# Quick when all is there.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

missing=
for pair in chromium:chromium espeak-ng:espeak-ng ffmpeg:ffmpeg; do
	command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair##*:}"
done
# Debian's own python3: another one that comes first on the PATH has not its packages.
/usr/bin/python3 -c 'import websockets' 2>/dev/null || missing="$missing python3-websockets"
fc-list 2>/dev/null | grep -qi 'cjk' || missing="$missing fontconfig fonts-noto-cjk"

if [ -n "$missing" ]; then
	echo "== 安装测试所需 / installing for the tests:$missing"
	command -v apt-get >/dev/null || { echo "setup-test.sh: no apt-get here; please install:$missing" >&2; exit 1; }
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if [ ! -d "$root/test/e2e/node_modules/playwright-core" ] || [ "$root/test/e2e/package-lock.json" -nt "$root/test/e2e/node_modules/.package-lock.json" ]; then
	echo "== 安装 playwright-core / installing playwright-core"
	(cd "$root/test/e2e" && npm ci --silent --no-audit --no-fund)
fi
