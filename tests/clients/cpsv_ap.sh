#!/usr/bin/env bash
# Two foreign libraries, rdflib and pyshacl, read the listings of a throw-away city as CPSV-AP 3.2
# (JSON-LD) and validate them against the SHACL shapes that SEMIC publishes.
#
#   CITYGATE_CPSV_AP_SHAPES=cpsv-ap-SHACL.ttl tests/clients/cpsv_ap.sh [path of the citygate binary]
#
# The shapes are no part of this repository: releases/3.2.0/shacl/cpsv-ap-SHACL.ttl of SEMICeu/CPSV-AP.
# Without them, only what rdflib alone can see is checked, and the script ends with 77.
#
# Needs python3 with venv. The tools are installed once, below target/clients.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=tests/clients
# shellcheck source=tests/clients/city.sh
. "$here/city.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1

# The city refuses settings that it does not know.
export CPSV_AP_SHAPES=${CITYGATE_CPSV_AP_SHAPES-}
unset CITYGATE_CPSV_AP_SHAPES

say 'tools'
mkdir -p "$tools"
python_tool cpsv_ap rdflib==7.6.0 pyshacl==0.40.1 requests==2.34.2
say 'a throw-away city'
start_city
say 'rdflib and pyshacl'
"$tools/cpsv_ap/bin/python" "$here/cpsv_ap.py" "$url"
say 'done'
