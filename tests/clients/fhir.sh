#!/usr/bin/env bash
# Foreign FHIR and HL7 clients are a hospital's systems in a throw-away city: fhir.resources builds a
# report, fhirpy pushes it and reads it back, fhirclient (SMART on FHIR) books a place, and mllp_send
# reports in HL7 version 2. Whatever the city answers conforms to FHIR.
#
#   tests/clients/fhir.sh [path of the citygate binary]
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
python_tool fhir fhir.resources==8.3.0 fhirpy==2.3.1 fhirclient==4.4.0
python_tool hl7 hl7==0.4.5
say 'a throw-away city'
start_city
{ read -r key; read -r client; } < <(system 'First Hospital')
token=$("$tools/authlib/bin/python" "$here/tokens.py" partner "$url" "$key" "$client")
say 'fhir.resources, fhirpy and fhirclient'
order=O$RANDOM$RANDOM
TOKEN=$token "$tools/fhir/bin/python" "$here/fhir_clients.py" \
    "$url/fhir/r4" "$order" shared/fhir/tests/examples
say 'mllp_send'
port=$(sed -n 's|^  MLLP *127.0.0.1:||p' "$work/city.out")
for charset in utf-8 gb18030; do
    "$tools/hl7/bin/python" "$here/oru.py" "$order" "M-$charset" "$charset" >"$work/$charset.hl7"
    "$tools/hl7/bin/mllp_send" --loose --port "$port" --file "$work/$charset.hl7" 127.0.0.1 |
        tr '\r\v\034' '\n' >"$work/$charset.ack"
    grep '^MS[HA]|' "$work/$charset.ack" | iconv --from-code "$charset"
    grep -q "^MSA|AA|M-$charset-1" "$work/$charset.ack"
done
say 'done'
