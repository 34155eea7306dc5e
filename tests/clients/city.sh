# For the scripts beside it: installs foreign clients below target/clients, and runs a throw-away
# city for them. Sourced, in the root of the repository.

readonly tools=target/clients
readonly patience_seconds=60
work=$(mktemp -d)
city=

# Only what was started here is ended, by its process id.
end() {
    if [[ -n $city ]]; then
        kill "$city" 2>/dev/null || true
        wait "$city" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

# One environment per tool: what one of them needs breaks another.
python_tool() {
    local name=$1 && shift
    local stamp="$tools/$name/.installed"
    if [[ ! -e $stamp || $(<"$stamp") != "$*" ]]; then
        python3 -m venv --clear "$tools/$name"
        "$tools/$name/bin/pip" install --quiet --disable-pip-version-check "$@"
        printf '%s' "$*" >"$stamp"
    fi
}

npm_tool() {
    local name=$1 package=$2
    local stamp="$tools/$name/.installed"
    if [[ ! -e $stamp || $(<"$stamp") != "$package" ]]; then
        npm install --prefix "$tools/$name" --no-audit --no-fund --loglevel=error "$package"
        printf '%s' "$package" >"$stamp"
    fi
}

# What several scripts use.
authlib() { python_tool authlib Authlib==1.9.9 joserfc==1.8.0 requests==2.34.2; }

# The city says where it listens once it is ready; port 0 takes a free port.
start_city() {
    # One client that asks as fast as it is answered is what the limits are against.
    local class limits=("CITYGATE_SIGN_IN__CODES_PER_CLIENT_HOUR=1000000")
    for class in SIGN_IN TOKEN PUBLIC READ WRITE PUSH; do
        limits+=("CITYGATE_HTTP__RATE_LIMIT__$class=1000000")
    done
    env CITYGATE_LOG__FILTER=error "${limits[@]}" \
        "$binary" serve --data-dir "$work/data" --listen 127.0.0.1:0 \
        >"$work/city.out" 2>"$work/city.err" &
    city=$!
    local deadline=$((SECONDS + patience_seconds))
    until grep -q '^  First Hospital: ' "$work/city.out"; do
        if ! kill -0 "$city" 2>/dev/null || ((SECONDS > deadline)); then
            cat "$work/city.out" "$work/city.err" >&2
            echo 'the city did not start' >&2
            exit 1
        fi
        sleep 0.2
    done
    url=$(sed -n 's|^  Docs *\(.*\)/docs/$|\1|p' "$work/city.out")
}

# A system of the demo city, as its key file and its client id, one a line.
system() { sed -n "s|^  $1: client id \(.*\), key \(.*\)|\2\n\1|p" "$work/city.out"; }

binary=${1:-target/debug/citygate}
if [[ ! -x $binary ]]; then
    cargo build --quiet
fi
