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
readonly schemathesis_version=4.32.5
readonly redocly_version=2.77.0
# shellcheck source=tests/clients/city.sh
. "$here/city.sh"

install_tools() {
    mkdir -p "$tools"
    python_tool schemathesis "schemathesis==$schemathesis_version"
    authlib
    npm_tool redocly "@redocly/cli@$redocly_version"
}

# How tokens.py gets a token for a system, one argument a line: the start message says which client
# it is and where its key lies.
as_partner() { printf 'partner\n%s\n%s' "$url" "$(system "$1")"; }

fuzz() {
    HYPOTHESIS_STORAGE_DIRECTORY="$work/hypothesis" \
        CLIENT_PYTHON="$tools/authlib/bin/python" \
        CLIENT_CITIZEN=$(printf 'citizen\n%s\n%s' "$url" "$work/data") \
        CLIENT_POLICE=$(as_partner 'Traffic police') \
        CLIENT_AUDITOR=$(as_partner 'Audit office') \
        CLIENT_HOSPITAL=$(as_partner 'First Hospital') \
        CLIENT_FUND=$(as_partner 'Fund centre') \
        CLIENT_INSURANCE=$(as_partner 'Social Insurance Bureau') \
        PYTHONDONTWRITEBYTECODE=1 \
        "$tools/schemathesis/bin/schemathesis" --config-file "$here/schemathesis.toml" \
        run "$url/openapi.json" --no-color "${arguments[@]}"
}

arguments=("${@:2}")
if ((${#arguments[@]} == 0)); then
    arguments=(--generation-deterministic)
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
