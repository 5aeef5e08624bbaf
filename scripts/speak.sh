#!/bin/sh
# Makes spoken commands for load and soak runs, with Debian's espeak-ng:
# scripts/speak.sh DIR writes DIR/*.wav. A synthetic voice, so that anybody
# can repeat the runs.
set -eu
dir=$1
mkdir -p "$dir"
command -v espeak-ng >/dev/null || { echo "speak.sh: espeak-ng is missing: apt-get install espeak-ng" >&2; exit 1; }
say() { [ -s "$dir/$1.wav" ] || espeak-ng -v cmn-latn-pinyin -s 140 -w "$dir/$1.wav" "$2"; }
say jyj 'da3 kai1 jiao4 yu4 ju2'             # 打开教育局
say tsjb 'wo3 yao4 tou2 su4'                 # 我要投诉
say bszn 'ban4 shi4 zhi3 nan2'               # 办事指南
say zwgk 'da3 kai1 zheng4 wu4 gong1 kai1'    # 打开政务公开
say gjj 'gong1 ji1 jin1 zen3 me5 ti2 qu3'    # 公积金怎么提取: a search
