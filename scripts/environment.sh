# shellcheck shell=sh
# Sourced by demo and test: the folder, its environment in .venv, the system's packages.
# Everything said here goes to stderr: stdout belongs to what the scripts run.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
environment=$root/.venv

say() {
    printf '%s\n' "$*" >&2
}

# Exit code 3, like symbl's own: something is missing.
missing() {
    say "$(basename -- "$0"): $1"
    shift
    for line in "$@"; do
        say "  $line"
    done
    exit 3
}

# prepare_environment EXTRA: .venv with this folder's package and that extra in it.
prepare_environment() {
    working_environment || make_environment
    if ! installed "$1"; then
        say "Installing symbl-cli[$1] into .venv (downloads up to 200 MB, once) …"
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
            --editable "${root}[$1]" >&2 ||
            missing "the installation failed; what pip said stands above." \
                "The first run needs the network (PyPI); later runs do not."
    fi
}

working_environment() {
    "$environment/bin/python" -m pip --version >/dev/null 2>&1 &&
        new_enough "$environment/bin/python"
}

make_environment() {
    python=$(find_python) ||
        missing "Python 3.11 or newer is needed, and python3 is not that." \
            "Debian 12, Ubuntu 24.04 or newer: apt-get install python3" \
            "macOS: brew install python@3.13" \
            "or name one: PYTHON=/path/to/python $0"
    if ! has_venv; then
        say "This Python cannot make environments; installing Debian's python3-venv."
        install_packages python3-venv
    fi
    say "Making the environment .venv with $("$python" --version) …"
    "$python" -m venv --clear "$environment" ||
        missing "$python cannot make an environment in $environment."
}

has_venv() {
    python=$(find_python) && "$python" -c 'import ensurepip, venv' 2>/dev/null
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# installed EXTRA: whether pyproject.toml asks for nothing more, so that no network is
# needed.
installed() {
    "$environment/bin/python" "$root/scripts/is_installed" "$1"
}

# install_packages NAME…: with apt-get, as root or through sudo; else says what to do.
install_packages() {
    command -v apt-get >/dev/null ||
        missing "these packages (their names in Debian) are needed: $*" \
            "Install them with this system's package manager and come again."
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null; then
        as_root=sudo
    else
        missing "these packages are needed, and this is neither root nor is there sudo: $*" \
            "As root: apt-get update && apt-get install $*"
    fi
    say "Installing system packages: $*"
    {
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends "$@"
    } >&2 ||
        missing "apt-get failed; what it said stands above." \
            "By hand: apt-get update && apt-get install $*"
}
