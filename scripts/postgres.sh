#!/bin/sh
# Makes sure that PostgreSQL's server programs are here, for the private cluster of the city and
# its tests. Looks where shared/platform/src/cluster/programs.rs looks, the newest version first.
set -eu

OLDEST=15

find_programs() {
    {
        printf '%s\n' "$PATH" | tr ':' '\n'
        ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV
        ls -d /usr/pgsql-*/bin 2>/dev/null | sort -rV
        ls -d /opt/homebrew/opt/postgresql@*/bin 2>/dev/null | sort -rV
        echo /usr/local/pgsql/bin
    } | while read -r folder; do
        if [ -f "$folder/initdb" ] && [ -f "$folder/postgres" ]; then
            echo "$folder"
            break
        fi
    done
}

install_programs() {
    [ "$(id -u)" = 0 ] || return 0
    echo "PostgreSQL's server programs are missing; installing them." >&2
    if command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
    elif command -v dnf >/dev/null; then
        dnf install -y -q postgresql-server
    elif command -v apk >/dev/null; then
        apk add -q postgresql
    fi >&2
}

programs=$(find_programs)
if [ -z "$programs" ]; then
    install_programs
    programs=$(find_programs)
fi
if [ -z "$programs" ]; then
    echo "PostgreSQL's server programs (initdb, postgres) are missing: install PostgreSQL" \
        "$OLDEST or newer (Debian, Ubuntu: apt-get install postgresql)" >&2
    exit 1
fi
version=$("$programs/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
if [ "$version" -lt "$OLDEST" ]; then
    echo "PostgreSQL $version in $programs is too old: install $OLDEST or newer" >&2
    exit 1
fi
