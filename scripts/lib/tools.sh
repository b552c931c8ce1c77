# Sourced by the scripts that build: required tools, and how to run a program that can be stopped.

# Exits with one message if a JDK or Maven is missing. Sets $java.
require_tools() {
    if [ -n "${JAVA_HOME:-}" ]; then java="$JAVA_HOME/bin/java"; else java=java; fi
    if ! command -v "$java" >/dev/null 2>&1; then
        echo "No Java found. Install a JDK 17 or later, or set JAVA_HOME to one." >&2
        exit 1
    fi
    java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    if [ "${java_version:-0}" -lt 17 ]; then
        echo "Java ${java_version:-of an unknown version} is too old. Install a JDK 17 or later, or set JAVA_HOME to one." >&2
        exit 1
    fi
    if ! command -v mvn >/dev/null 2>&1; then
        echo "No Maven found. Install Maven 3.8 or later." >&2
        exit 1
    fi
}

# Runs a program and returns its exit code. Ctrl-C and SIGTERM, sent to this script or to its process group, end the program
# and then this script: the shell by itself would leave the program running.
run_stoppable() {
    child=
    stopped=
    # Like all programs that a shell starts in the background, it ignores Ctrl-C; SIGTERM is sent from here.
    trap 'stopped=yes; [ -z "$child" ] || kill "$child" 2>/dev/null || :' HUP INT TERM
    "$@" &
    child=$!
    [ -z "$stopped" ] || kill "$child" 2>/dev/null || :
    exit_code=0
    wait "$child" || exit_code=$?
    # A signal ends the wait, not the program.
    while kill -0 "$child" 2>/dev/null; do
        exit_code=0
        wait "$child" || exit_code=$?
    done
    trap - HUP INT TERM
    if [ -n "$stopped" ]; then
        exit 1
    fi
    return "$exit_code"
}
