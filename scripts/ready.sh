# Sourced by run and test, with $root set: have .venv complete, in milliseconds when it already is.

# What scripts/setup.py writes as its stamp when everything is there.
stamp() {
    {
        LC_ALL=C
        cat "$root"/scripts/requirements*.txt "$root/pyproject.toml" "$root/models/catalog.yaml" "$root"/scripts/*.py
        printf %s "$root"
    } | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Samantha needs Python 3.11, 3.12 or 3.13, and there is none on your PATH." \
        "On Debian and Ubuntu: sudo apt-get install -y python3 python3-venv" >&2
    return 1
}

# ready STAMP [ARGUMENT…]: call setup.py with the arguments unless the stamp is right.
ready() {
    local noted=$root/.venv/$1 python
    shift
    if [[ -r $noted && $(<"$noted") == "$(stamp)" ]]; then return; fi
    python=$(find_python)
    "$python" "$root/scripts/setup.py" "$@"
}
