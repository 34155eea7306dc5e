#!/usr/bin/env bash
# A passkey in a real browser: headless Chromium, with the virtual authenticator of its DevTools,
# registers one and signs in with it, by the interface and by the sign-in page of a throw-away city.
#
#   tests/clients/passkey.sh [path of the citygate binary]
#
# Needs Node 20 or newer, and Chromium; nothing is downloaded.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=tests/clients
# shellcheck source=tests/clients/city.sh
. "$here/city.sh"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo 'chromium is missing' >&2
    exit 1
}
say 'a throw-away city'
start_city
say 'Chromium'
# Browsers bind passkeys to a name, not to an address.
node "$here/passkey.mjs" "$browser" "${url/127.0.0.1/localhost}" "$work/data/mail" "$work/browser"
say 'done'
