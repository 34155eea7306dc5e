#!/usr/bin/env bash
# Foreign OpenID Connect clients sign a citizen in to a throw-away city: Authlib (Python) and
# openid-client (npm, certified by the OpenID Foundation). Neither knows anything of the city but
# its address.
#
#   tests/clients/oidc.sh [path of the citygate binary]
#
# Needs python3 with venv, and npm with Node 20 or newer. The tools are installed once, below
# target/clients.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=tests/clients
# shellcheck source=tests/clients/city.sh
. "$here/city.sh"

say 'tools'
mkdir -p "$tools"
authlib
npm_tool openid-client openid-client@6.8.9
say 'a throw-away city'
start_city
{ read -r key; read -r client; } < <(system 'Traffic police')
say 'Authlib'
PYTHONDONTWRITEBYTECODE=1 "$tools/authlib/bin/python" "$here/oidc.py" \
    "$url" "$work/data" "$key" "$client"
say 'openid-client'
NODE_PATH="$tools/openid-client/node_modules" node "$here/oidc.cjs" \
    "$url" "$work/data" "$key" "$client"
say 'done'
