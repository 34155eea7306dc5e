#!/bin/sh
# Writes every crate's schema.rs anew, from a city that is started for it in a temporary folder.
set -eu
cd "$(dirname "$0")/.."

if ! command -v diesel >/dev/null; then
    echo "make schema needs diesel's command line. It is linked with libpq (Debian, Ubuntu:" \
        "apt-get install libpq-dev); then:" >&2
    echo "  cargo install diesel_cli --version '^2.3' --no-default-features --features postgres" >&2
    exit 1
fi

cargo build --quiet --bin citygate
folder=$(mktemp -d)
target/debug/citygate serve --data-dir "$folder" --listen 127.0.0.1:0 >"$folder/out" 2>&1 &
city=$!
trap 'kill "$city" 2>/dev/null; wait "$city" || true; rm -rf "$folder"' EXIT
until grep -q 'is ready' "$folder/out"; do
    kill -0 "$city" 2>/dev/null || { cat "$folder/out" >&2; exit 1; }
    sleep 0.1
done

# write OWNER FILE: the tables of one schema, without the module that diesel wraps them in.
# Columns keep no length (the database checks it), and nothing is joined by foreign key.
write() {
    {
        echo '// Made by `make schema` from the migrated database. Do not edit.'
        diesel --database-url "postgres://citygate@/citygate?host=$folder/postgres" \
            print-schema --schema "$1" |
            sed -e '/^\/\/ @generated/d' -e '/^pub mod /d' -e '/^}$/d' \
                -e '/#\[max_length/d' -e '/diesel::joinable!/d' -e 's/^    //' | cat -s
    } >"$folder/schema.rs"
    cp "$folder/schema.rs" "$2"
    rustfmt --edition 2024 "$2"
    echo "$2"
}

for file in shared/*/src/schema.rs services/*/src/schema.rs; do
    owner=$(basename "$(dirname "$(dirname "$file")")")
    case $owner in
    catalogue) write public "$file" ;;
    *) write "$owner" "$file" ;;
    esac
done
