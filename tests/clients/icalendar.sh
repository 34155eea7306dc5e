#!/usr/bin/env bash
# A foreign implementation of RFC 5545, icalendar of PyPI, reads the calendar file of an appointment at
# a throw-away city's marriage registry: booked, moved and given up.
#
#   tests/clients/icalendar.sh [path of the citygate binary]
#
# Needs python3 with venv, and two minutes: an address gets one code a minute. The tools are installed
# once, below target/clients.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=tests/clients
# shellcheck source=tests/clients/city.sh
. "$here/city.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1

say 'tools'
mkdir -p "$tools"
python_tool icalendar icalendar==7.3.0 requests==2.34.2
say 'a throw-away city'
start_city
say 'icalendar'
"$tools/icalendar/bin/python" "$here/ics.py" "$url" "$work/data"
say 'done'
