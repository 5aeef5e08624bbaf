#!/bin/sh
# Brings libvosk, the recogniser's shared library, to build/vosk/lib/libvosk.so.
#
#   scripts/libvosk.sh        fetch it if it is not there yet (quick the second time)
#   scripts/libvosk.sh env    print the cgo settings as KEY=value lines
#
# It comes from the npm package vosk (packed, not installed: none of the
# package's own scripts run). The package has no header; ours is
# asr/vosk/include/vosk_api.h.
#
# The settings that "env" prints must be exported wherever Go compiles
# asr/vosk (in a Makefile "$" is written "$$"):
#
#   CGO_CPPFLAGS=-I<root>/asr/vosk/include
#   CGO_LDFLAGS=-L<root>/build/vosk/lib -Wl,-rpath,$ORIGIN/lib
#   LD_LIBRARY_PATH=<root>/build/vosk/lib
#
# The rpath makes a binary look for the library in lib/ beside itself, so
# that the folder of both can be moved. Test binaries run from a temporary
# folder and need LD_LIBRARY_PATH. In a shell:
#
#   export $(scripts/libvosk.sh env | sed '/^CGO_LDFLAGS/d')
#   export "$(scripts/libvosk.sh env | grep ^CGO_LDFLAGS)"
set -eu

version=0.3.39
sha256=9f94ef218c32e271ae8ac84065ab25191af48832c06c6e624984b1c80f0b0920
member=package/lib/linux-x86_64/libvosk.so

root=$(cd "$(dirname "$0")/.." && pwd)
dir=$root/build/vosk
lib=$dir/lib/libvosk.so

fail() { echo "libvosk.sh: $*" >&2; exit 1; }

settings() {
	echo "CGO_CPPFLAGS=-I$root/asr/vosk/include"
	echo "CGO_LDFLAGS=-L$root/build/vosk/lib -Wl,-rpath,\$ORIGIN/lib"
	echo "LD_LIBRARY_PATH=$dir/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

right() { [ -f "$1" ] && echo "$sha256  $1" | sha256sum --check --status; }

fetch() {
	[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
		fail "the package has a library for Linux x86_64 only, this is $(uname -s) $(uname -m)"
	command -v npm >/dev/null || fail "npm is missing: install Node.js, or put a libvosk.so with sha256 $sha256 at $lib"
	mkdir -p "$dir/lib"
	tmp=$(mktemp -d "$dir/fetch.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
	echo "libvosk.sh: fetching vosk@$version (24 MB) with npm" >&2
	(cd "$tmp" && npm pack --silent "vosk@$version" >/dev/null) ||
		fail "npm pack vosk@$version failed: is a network or an npm registry there?"
	tar -xzf "$tmp/vosk-$version.tgz" -C "$tmp" "$member"
	right "$tmp/$member" || fail "the fetched libvosk.so is not the expected one (sha256 differs from $sha256)"
	mv "$tmp/$member" "$lib"
}

case "${1:-fetch}" in
env) settings ;;
fetch) right "$lib" || fetch ;;
*) fail "usage: libvosk.sh [env]" ;;
esac
