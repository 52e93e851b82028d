# shellcheck shell=bash
# Finds a Java that can run Warren. Sourced by the checkout's ./warren and by the installed bin/warren.

readonly OLDEST_JAVA=21

# find_java_home PROGRAM
#   Prints the found of a Java of 21 or later that has bin/PROGRAM: JAVA_HOME where it fits, else the newest of
#   /usr/lib/jvm, else the one whose java is on PATH. Starts no Java; fails where there is none.
find_java_home() {
    local program=$1 found
    if [[ -n ${JAVA_HOME:-} ]] && java_fits "$JAVA_HOME" "$program"; then
        printf '%s\n' "$JAVA_HOME"
        return
    fi
    found=$(newest_java_home "$program")
    [[ -n $found ]] || found=$(java_home_on_path "$program")
    [[ -n $found ]] && printf '%s\n' "$found"
}

# Of two of one version the last in the order of names.
newest_java_home() {
    local found version best='' best_version=0
    for found in /usr/lib/jvm/*; do
        if [[ ! -L $found ]] && java_fits "$found" "$1"; then
            version=$(java_version "$found")
            ((version < best_version)) || best=$found best_version=$version
        fi
    done
    [[ -z $best ]] || printf '%s\n' "$best"
}

java_home_on_path() {
    local java found
    java=$(command -v java) || return 0
    found=$(dirname "$(dirname "$(readlink -f "$java")")")
    if java_fits "$found" "$1"; then
        printf '%s\n' "$found"
    fi
}

java_fits() {
    local version
    [[ -x $1/bin/$2 ]] || return 1
    version=$(java_version "$1")
    [[ -n $version ]] && ((version >= OLDEST_JAVA))
}

# The feature release that a Java's own "release" file names: 25 for JAVA_VERSION="25.0.1". No other program is started:
# every command of the administrator's waits for this.
java_version() {
    local line
    [[ -r $1/release ]] || return 0
    while IFS= read -r line; do
        if [[ $line =~ ^JAVA_VERSION=\"([0-9]{1,4})[.\"] ]]; then
            printf '%s\n' "${BASH_REMATCH[1]}"
            return
        fi
    done <"$1/release"
}
