#!/usr/bin/env bash
# Foreign clients judge the HTTP interface: redocly reads the OpenAPI document, schemathesis plays
# thousands of right and wrong requests against a throw-away city and compares every answer with
# what the document promises.
#
#   tests/clients/openapi.sh [path of the citygate binary] [arguments for schemathesis]
#
# Without arguments the same requests are made each time; `--seed` with a number makes others.
#
# Needs python3 with venv, and npm. The tools are installed once, below target/clients.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=tests/clients
readonly tools=target/clients
readonly schemathesis_version=4.32.5
readonly redocly_version=2.77.0
readonly patience_seconds=60
work=$(mktemp -d)
city=

# Only what was started here is ended, by its process id.
end() {
    if [[ -n $city ]]; then
        kill "$city" 2>/dev/null || true
        wait "$city" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

# One environment per tool: what one of them needs breaks another.
python_tool() {
    local name=$1 && shift
    local stamp="$tools/$name/.installed"
    if [[ ! -e $stamp || $(<"$stamp") != "$*" ]]; then
        python3 -m venv --clear "$tools/$name"
        "$tools/$name/bin/pip" install --quiet --disable-pip-version-check "$@"
        printf '%s' "$*" >"$stamp"
    fi
}

npm_tool() {
    local name=$1 package=$2
    local stamp="$tools/$name/.installed"
    if [[ ! -e $stamp || $(<"$stamp") != "$package" ]]; then
        npm install --prefix "$tools/$name" --no-audit --no-fund --loglevel=error "$package"
        printf '%s' "$package" >"$stamp"
    fi
}

install_tools() {
    mkdir -p "$tools"
    python_tool schemathesis "schemathesis==$schemathesis_version"
    python_tool authlib Authlib==1.9.9 joserfc==1.8.0 requests==2.34.2
    npm_tool redocly "@redocly/cli@$redocly_version"
}

# The city says where it listens once it is ready; port 0 takes a free port.
start_city() {
    CITYGATE_LOG__FILTER=error "$binary" serve --data-dir "$work/data" --listen 127.0.0.1:0 \
        >"$work/city.out" 2>"$work/city.err" &
    city=$!
    local deadline=$((SECONDS + patience_seconds))
    until grep -q '^  Audit office: ' "$work/city.out"; do
        if ! kill -0 "$city" 2>/dev/null || ((SECONDS > deadline)); then
            cat "$work/city.out" "$work/city.err" >&2
            echo 'the city did not start' >&2
            exit 1
        fi
        sleep 0.2
    done
    url=$(sed -n 's|^  Docs *\(.*\)/docs/$|\1|p' "$work/city.out")
}

# How tokens.py gets a token for a system, one argument a line: the start message says which client
# it is and where its key lies.
system() {
    printf 'partner\n%s\n' "$url"
    sed -n "s|^  $1: client id \(.*\), key \(.*\)|\2\n\1|p" "$work/city.out"
}

fuzz() {
    HYPOTHESIS_STORAGE_DIRECTORY="$work/hypothesis" \
        CLIENT_PYTHON="$tools/authlib/bin/python" \
        CLIENT_CITIZEN=$(printf 'citizen\n%s\n%s' "$url" "$work/data") \
        CLIENT_POLICE=$(system 'Traffic police') \
        CLIENT_AUDITOR=$(system 'Audit office') \
        PYTHONDONTWRITEBYTECODE=1 \
        "$tools/schemathesis/bin/schemathesis" --config-file "$here/schemathesis.toml" \
        run "$url/openapi.json" --no-color "${arguments[@]}"
}

binary=${1:-target/debug/citygate}
arguments=("${@:2}")
if ((${#arguments[@]} == 0)); then
    arguments=(--generation-deterministic)
fi
if [[ ! -x $binary ]]; then
    cargo build --quiet
fi
say 'tools'
install_tools
say 'redocly'
"$binary" openapi >"$work/citygate.json"
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
    "$tools/redocly/node_modules/.bin/redocly" lint --config "$here/redocly.yaml" \
    --max-problems 20 "$work/citygate.json"
say 'a throw-away city'
start_city
say 'schemathesis'
fuzz
say 'done'
