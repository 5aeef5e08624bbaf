#!/bin/sh
# Installs the Debian packages that training needs and that are not there; "setup.sh en": those of the English model, too.
set -eu
packages="python3 python3-torch python3-numpy python3-scipy python3-soundfile python3-yaml libfst-tools libfst22-plugins-base espeak-ng"
if [ "${1:-}" = en ]; then
	packages="$packages pocketsphinx-en-us wamerican-small flite ffmpeg asterisk-core-sounds-en asterisk-core-sounds-en-g722"
	# People in tests only: games, sound checks, a decoder's tests.
	packages="$packages ktuberling-data klettres-data alsa-utils pocketsphinx-testdata"
fi

missing=
for package in $packages; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "== 安装训练所需 / installing for training:$missing"
command -v apt-get >/dev/null || { echo "setup.sh: no apt-get here; please install:$missing" >&2; exit 1; }
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
