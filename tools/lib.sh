# shellcheck shell=bash
# shellcheck disable=SC2034  # used where this is sourced
# Common to the scripts in this directory, which source it.

set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# absolute DIR: a path that may not exist yet, relative to the repository
absolute() {
    case $1 in
        /*) printf '%s\n' "$1" ;;
        *)  printf '%s\n' "$repo/$1" ;;
    esac
}

if [ -n "${SANITIZE:-}" ]; then
    build=$(absolute "${BUILD_ASAN:-build-asan}")
else
    build=$(absolute "${BUILD:-build}")
fi

jobs=$(nproc 2>/dev/null || echo 1)

# The directory with initdb and postgres: Debian keeps them out of PATH.
pg_bindir() {
    local dir

    dir=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin \
          2>/dev/null | sort -V | tail -n 1)

    if [ -z "$dir" ] || [ ! -x "$dir/postgres" ]; then
        dir=$(pg_config --bindir 2>/dev/null || true)
    fi

    [ -x "$dir/postgres" ] || die "no PostgreSQL server found"
    printf '%s\n' "$dir"
}

nginx_binary() {
    if [ -x /usr/sbin/nginx ]; then
        echo /usr/sbin/nginx
    else
        command -v nginx || die "no nginx found"
    fi
}
