#!/usr/bin/env bash
# A foreign implementation of HTTP message signatures (RFC 9421), http-message-signatures of PyPI,
# signs a hospital's pushes to a throw-away city, in the right and in wrong ways.
#
#   tests/clients/signatures.sh [path of the citygate binary]
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
python_tool signatures http-message-signatures==3.0.0 requests==2.34.2
say 'a throw-away city'
start_city
{ read -r key; read -r client; } < <(system 'First Hospital')
token=$("$tools/authlib/bin/python" "$here/tokens.py" partner "$url" "$key" "$client")
say 'http-message-signatures'
"$tools/signatures/bin/python" "$here/signatures.py" push "$url" "$key" "$token"
say 'done'
