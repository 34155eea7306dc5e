#!/usr/bin/env bash
# A foreign client of Open311 GeoReport v2, georeport of PyPI, reads the services of a throw-away city and
# the requests that were filed there.
#
#   tests/clients/open311.sh [path of the citygate binary]
#
# Needs python3 with venv. The tools are installed once, below target/clients.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=tests/clients
# shellcheck source=tests/clients/city.sh
. "$here/city.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1

say 'tools'
mkdir -p "$tools"
authlib
python_tool georeport georeport==0.3.1 requests==2.34.2
say 'a throw-away city'
start_city
token=$("$tools/authlib/bin/python" "$here/tokens.py" citizen "$url" "$work/data")
say 'georeport'
"$tools/georeport/bin/python" "$here/open311.py" "$url" "$token"
say 'done'
