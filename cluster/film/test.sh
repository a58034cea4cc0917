#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
#
# A lap of the agent that comes with the program, filmed as WebM at 50 frames a second: of at most 3 MB, read by
# ffprobe frame by frame, and played to its end by Chromium.
#
#   WORLDMODELS=.build/release/worldmodels cluster/film/test.sh [FILE]
#
# FILE keeps the film. Needs ffprobe (ffmpeg), chromium and python3.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${WORLDMODELS:-.build/release/worldmodels}")
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
for command in ffprobe chromium python3; do
    command -v "$command" >/dev/null || fail "$command is missing: apt-get install ffmpeg chromium python3"
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

start=$SECONDS
summary=$("$program" play --pretrained --seed 3 --output "$scratch/lap.webm")
printf '%s, in %d s\n' "$summary" $((SECONDS - start))
steps=$(sed -E 's/.* ([0-9]+) steps.*/\1/' <<<"$summary")
bytes=$(stat -c %s "$scratch/lap.webm")
[ "$bytes" -le 3000000 ] || fail "the film has $bytes bytes"
probe() { ffprobe -v error -select_streams v:0 "$@" -of csv=p=0 "$scratch/lap.webm"; }
[ "$(probe -show_entries stream=codec_name,width,height,r_frame_rate)" = vp9,600,400,50/1 ] ||
    fail "ffprobe reads $(probe -show_entries stream=codec_name,width,height,r_frame_rate)"
frames=$(probe -count_frames -show_entries stream=nb_read_frames)
[ "${frames%,}" -ge "$steps" ] || fail "$frames frames of $steps steps"
printf '%d bytes, %s frames, as ffprobe reads it\n' "$bytes" "${frames%,}"

cat >"$scratch/page.html" <<'EOF'
<!doctype html><title>plays</title><video id=film muted autoplay src=lap.webm></video><script>
const film = document.getElementById("film");
const tell = text => document.body.appendChild(document.createElement("p")).textContent = text;
film.onerror = () => tell("failed: " + film.error.message);
film.onloadedmetadata = () => {
  film.playbackRate = 16;
  tell(`size ${film.videoWidth}x${film.videoHeight} seconds ${film.duration}`);
  // The middle is jumped to by the file's cues.
  film.currentTime = film.duration / 2;
};
film.onended = () => tell("ended at " + film.currentTime);
</script>
EOF
PYTHONPATH=cluster/dashboard python3 - "$scratch/page.html" <<'EOF' || fail "chromium does not play it"
import sys
from chromium import Chromium

page = Chromium()
page.open("file://" + sys.argv[1])
page.wait("[...document.querySelectorAll('p')].some(told => /^(ended|failed)/.test(told.textContent))")
told = page.evaluate("[...document.querySelectorAll('p')].map(told => told.textContent).join(', ')")
page.close()
print(told)
sys.exit(not (told.startswith("size 600x400 ") and ", ended at " in told))
EOF
[ "$#" -eq 0 ] || cp "$scratch/lap.webm" "$1"
