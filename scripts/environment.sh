# Sourced by the scripts beside it: finds Python, makes .venv in the clone, installs the package into it.
# A Python that its distribution manages (PEP 668) is never written to: everything goes into .venv.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"
DEBIAN_PACKAGES="python3-venv python3-dev gcc git"

# Settings of the caller that would send an installation past .venv.
unset PYTHONPATH PYTHONHOME
export PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# The pip of Debian 12 cannot make a wheel of a package without pyproject.toml (durable-rules) in the old way.
export PIP_USE_PEP517=1

stop() {
    printf '%s\n' "$@" >&2
    exit 2
}

debian_hint() {
    printf 'On Debian or Ubuntu, as root: apt-get install %s' "$DEBIAN_PACKAGES"
}

# find_python: sets PYTHON to an interpreter that can make a virtual environment and build durable-rules.
find_python() {
    PYTHON="${PYTHON:-python3}"
    command -v "$PYTHON" >/dev/null || stop "$PYTHON is not installed; collection_guard needs Python 3.11 or newer." "$(debian_hint)"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        stop "$("$PYTHON" --version 2>&1) is too old: collection_guard needs Python 3.11 or newer." \
            "Name another one with PYTHON=/path/to/python3.11 before the command."
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
        stop "This Python cannot make virtual environments (python3 -m venv): its package python3-venv is missing." "$(debian_hint)"
    # durable-rules has no wheels and is built here; where it is not installed, nothing is compiled.
    if "$PYTHON" -c 'import sys; sys.exit(not (sys.platform == "linux" and sys.version_info < (3, 13)))'; then
        command -v "${CC:-gcc}" >/dev/null ||
            stop "No C compiler (gcc) was found; the rule engine durable-rules is compiled when it is installed." "$(debian_hint)"
        "$PYTHON" -c 'import os, sys, sysconfig as s; sys.exit(not os.path.isfile(os.path.join(s.get_path("include"), "Python.h")))' ||
            stop "The header files of Python (Python.h) are missing: package python3-dev." "$(debian_hint)"
    fi
}

# prepare_environment [docs|test]: makes .venv if it is absent or broken, and installs the clone into it, with that extra.
# What is installed already is not installed again until pyproject.toml, the version or the interpreter changes.
prepare_environment() {
    local extra="${1:-}" stamp="installed${1:+-$1}" digest
    if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
        find_python
        echo "Making a virtual environment in $VENV" >&2
        "$PYTHON" -m venv --clear "$VENV"
    fi
    digest="$({ cat "$ROOT/pyproject.toml" "$ROOT/collection_guard/version.py"; "$VENV/bin/python" -VV; echo "$ROOT"; } | sha256sum)"
    [[ "$extra" != test ]] || install_from_npm
    # The extra "test" holds all that any other installation does.
    if is_installed "$stamp" "$digest" || is_installed installed-test "$digest"; then
        return
    fi
    find_python
    echo "Installing collection_guard and what it needs into $VENV (a minute or two, the first time)" >&2
    "$VENV/bin/python" -m pip install --quiet --editable "$ROOT${extra:+[$extra]}" >&2
    echo "$digest" >"$VENV/$stamp"
}

# install_from_npm: puts what tests of web pages take from npm into .venv/npm. Without npm those tests are skipped.
install_from_npm() {
    local digest
    command -v npm >/dev/null || return 0
    digest="$(cat "$ROOT/tests/web/package-lock.json" | sha256sum)"
    ! is_installed installed-npm "$digest" || return 0
    echo "Installing what tests of web pages need from npm into $VENV/npm" >&2
    mkdir -p "$VENV/npm"
    cp "$ROOT/tests/web/package.json" "$ROOT/tests/web/package-lock.json" "$VENV/npm"
    # Not by --prefix: npm would look for the settings of the machine (certificates, proxies) below it.
    if (cd "$VENV/npm" && npm ci --ignore-scripts --no-audit --no-fund >&2); then
        echo "$digest" >"$VENV/installed-npm"
    else
        echo "npm could not install them; the tests that need them are skipped" >&2
    fi
}

is_installed() {
    [[ "$(cat "$VENV/$1" 2>/dev/null)" == "$2" ]]
}
