#!/usr/bin/env bash
# A dialer in a shell, with curl: dialer.sh ATTEMPT.json. Ask before the call, give the place back if it is not made.
# The sidecar is at GUARD_URL (http://127.0.0.1:8787), its token in GUARD_TOKEN.
set -euo pipefail
[[ $# -eq 1 ]] || {
    echo "usage: dialer.sh ATTEMPT.json" >&2
    exit 2
}
url="${GUARD_URL:-http://127.0.0.1:8787}"

# ask PATH: sends the body from stdin; fails for any answer but 200, and for none.
ask() {
    curl --silent --show-error --fail --max-time 2 --noproxy '*' \
        --header 'Content-Type: application/json' ${GUARD_TOKEN:+--header "Authorization: Bearer $GUARD_TOKEN"} \
        --data-binary @- "$url$1"
}

# field NAME: one field of an answer, by what every Python brings.
field() {
    python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

decision="$({ printf '{"attempt": '; cat "$1"; printf '}'; } | ask /v1/check)" || {
    echo "no call: no decision"
    exit 1
}
word="$(field decision <<<"$decision")"
echo "$word $(field disposition <<<"$decision")"
[[ "$word" == allow ]] || exit 1
# Here the call would be made, and told to /v1/record. This one is not made after all:
printf '{"token": "%s"}' "$(field token <<<"$decision")" | ask /v1/cancel
echo
