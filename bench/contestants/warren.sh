# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # the harness reads these variables, sets the others and calls the functions
#
# Warren as a contestant of the peers' harness: the tenants' PSGI application behind WarrenLocation. Launcher,
# connector and launch stages are in the group "mid"; a parent interpreter begins there as a launch stage, and the
# harness moves it to "app" by its user after the warm-up, with the interpreters that it forks from then on.
#
# From bench/run: WARREN_BENCH_HOME, a built Warren that only root can write, WARREN_BENCH_UID, the connector's, and
# WARREN_BENCH_WARM_UP, a number of requests.
# The harness's state must lie where only root can write, for Warren reads its configuration there.
DESC='mod_proxy_ajp -> Warren, PSGI application (WarrenLocation), as the user'
COLD=1
RELOAD=1

c_start() {
    {
        httpd_base event
        lm macro proxy proxy_ajp setenvif
        warren_server
        vhosts "$1" v
    } >"$RUN/httpd.conf"
    prepare_tenants "$1"
    mkdir -p "$RUN/warren"
    cg_exec mid "$WARREN_BENCH_HOME/bin/warren" start -f "$RUN/httpd.conf" </dev/null >"$RUN/log/warren" 2>&1 &
    MGR=$!
    PIDS+=("$MGR")
    await_ready
    httpd_start
    warm_up "${WARREN_BENCH_WARM_UP:-0}"
}

# warm_up REQUESTS: the connector's code is compiled by then; the harness's own warm-up of three seconds does not do that.
warm_up() {
    local left=$1 app
    ((left > 0)) || return 0
    wait_ok 1 || return 1
    while ((left > 0)); do
        for app in page post hello; do
            left=$((left - $(one "$app" 16 2 0 | cut -f 11)))
        done
    done
}

prepare_tenants() { :; }

# As many interpreters as the others have, and like them never replaced; made on demand, which is the default.
warren_server() {
    cat <<CONF
Define WARREN_RUNTIME $RUN/warren/run
Define WARREN_STATE $RUN/warren/state
Define WARREN_LOG $RUN/warren/log
Include "$WARREN_BENCH_HOME/httpd/warren.conf"
<IfModule mod_warren.c>
    WarrenUser            #$WARREN_BENCH_UID
    WarrenMinimumUid      100
    WarrenMinimumGid      100
    PerlInterpMax         $WORKERS
    PerlInterpMaxSpare    $WORKERS
    PerlInterpMaxRequests 0
</IfModule>
CONF
}

v() {
    cat <<CONF
Use WarrenVirtualHost $(tname "$1")
Use WarrenLocation $(tname "$1") /app
<IfModule mod_warren.c>
    WarrenUserGroup $(tuser "$1") $(tuser "$1")
    WarrenApplication /app $(tdir "$1")/app.psgi
</IfModule>
CONF
}

await_ready() {
    local tenths
    for ((tenths = 0; tenths < 300; tenths++)); do
        grep -sqx ready "$RUN/log/warren" && return
        kill -0 "$MGR" 2>/dev/null || break
        sleep 0.1
    done
    cat "$RUN/log/warren" >&2
    die 'Warren did not come up'
}

# Returns at once, as a signal to the others does.
c_reload() {
    in_cg mid "$WARREN_BENCH_HOME/bin/warren" reload "$(tname 1)" --runtime "$RUN/warren/run" \
        </dev/null >>"$RUN/log/reload" 2>&1 &
}

# Launcher first, which ends all the others and removes its cgroups; what is then left is the harness's to end.
c_stop() {
    local tenths
    kill -TERM "$MGR" 2>/dev/null
    for ((tenths = 0; tenths < 400; tenths++)); do
        kill -0 "$MGR" 2>/dev/null || break
        sleep 0.1
    done
    stop_all
}
