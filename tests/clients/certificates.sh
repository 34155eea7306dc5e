#!/usr/bin/env bash
# A foreign implementation of JSON Web Tokens, PyJWT, verifies a certificate of a throw-away city: by
# its signature and the published keys alone, and by number and code.
#
#   tests/clients/certificates.sh [path of the citygate binary]
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
python_tool pyjwt 'PyJWT[crypto]==2.15.1' requests==2.34.2
say 'a throw-away city'
start_city
token=$("$tools/authlib/bin/python" "$here/tokens.py" citizen "$url" "$work/data")
say 'PyJWT'
"$tools/pyjwt/bin/python" "$here/certificates.py" "$url" "$token"
say 'done'
