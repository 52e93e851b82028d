# shellcheck shell=bash
# A private Warren behind a private httpd, for what bench/measure measures. Sourced by those, never run.
#
# From bench/run: WARREN_BENCH_STATE (a directory that only root can write), WARREN_BENCH_HOME (a built Warren in it),
# WARREN_BENCH_RAW (where figures go). Everything listens on the loopback address. Owners need no accounts.

set -euo pipefail
umask 022

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
readonly bench
readonly base=$WARREN_BENCH_STATE/ours
readonly modules=/usr/lib/apache2/modules
readonly PORT=18490 CONNECTOR_UID=60990 FIRST_OWNER_UID=61000
launcher='' httpd=''

# --- virtual hosts ------------------------------------------------------------------------------------------------

# lay_out APPLICATIONS SCRIPTS [DIRECTIVE...]: configuration and files of virtual hosts, each with an owner of its own: h1 and
# so on have the PSGI application /app and the bare script /bench.cgi, those after them the script alone.
lay_out() {
    local applications=$1 count=$(($1 + $2)) i
    shift 2
    rm -rf "$base"
    mkdir -p "$base"/{httpd,log,sites}
    make_sites "$count"
    {
        server_configuration "$@"
        for ((i = 1; i <= count; i++)); do
            printf 'Use %s h%d %d\n' "$( ((i <= applications)) && echo BenchApplication || echo BenchScript)" "$i" \
                "$((FIRST_OWNER_UID + i))"
        done
    } >"$base/httpd.conf"
}

# In one process: for ten thousand the shell's would take longer than what is measured.
make_sites() {
    # shellcheck disable=SC2016 # perl's variables
    perl -MFile::Copy -e 'my ($apps, $sites, $first, $count) = @ARGV;
        for my $i (1 .. $count) {
            my @paths = map { "$sites/h$i$_" } "", "/htdocs", "/htdocs/bench.cgi", "/bench.psgi";
            mkdir $_ or die "$_: $!\n" for @paths[0, 1];
            copy("$apps/bench.cgi", $paths[2]) && copy("$apps/bench.psgi", $paths[3]) or die "$paths[0]: $!\n";
            chown $first + $i, $first + $i, @paths;
        }' "$bench/apps" "$base/sites" $FIRST_OWNER_UID "$1"
}

server_configuration() {
    local module
    for module in mpm_event authz_core env setenvif macro proxy proxy_ajp; do
        echo "LoadModule ${module}_module $modules/mod_$module.so"
    done
    cat <<CONF
ServerRoot "$base/httpd"
DefaultRuntimeDir "$base/httpd"
PidFile "$base/httpd/httpd.pid"
ErrorLog "$base/log/httpd.log"
ServerName localhost
Listen 127.0.0.1:$PORT
User www-data
Group www-data
StartServers 1
ServerLimit 8
ThreadsPerChild 128
ThreadLimit 128
MaxRequestWorkers 256
MinSpareThreads 1
MaxSpareThreads 256
MaxKeepAliveRequests 100
EnableSendfile Off
Define WARREN_RUNTIME $base/run
Define WARREN_STATE $base/state
Define WARREN_LOG $base/log
Include "$WARREN_BENCH_HOME/httpd/warren.conf"
<Directory "/">
    AllowOverride None
    Require all granted
</Directory>
<IfModule mod_warren.c>
    WarrenUser #$CONNECTOR_UID
    $(printf '%s\n' "$@")
</IfModule>
<Macro BenchSite \$name \$uid>
    ServerName \$name.test
    DocumentRoot "$base/sites/\$name/htdocs"
    Use WarrenVirtualHost \$name
    <Directory "$base/sites/\$name/htdocs">
        Use WarrenHandler \$name
    </Directory>
    <IfModule mod_warren.c>
        WarrenUserGroup #\$uid #\$uid
    </IfModule>
</Macro>
<Macro BenchScript \$name \$uid>
    <VirtualHost 127.0.0.1:$PORT>
        Use BenchSite \$name \$uid
    </VirtualHost>
</Macro>
<Macro BenchApplication \$name \$uid>
    <VirtualHost 127.0.0.1:$PORT>
        Use BenchSite \$name \$uid
        Use WarrenLocation \$name /app
        <IfModule mod_warren.c>
            WarrenApplication /app "$base/sites/\$name/bench.psgi"
        </IfModule>
    </VirtualHost>
</Macro>
CONF
}

# --- processes ----------------------------------------------------------------------------------------------------

start_warren() {
    trap stop_all EXIT
    setsid "$WARREN_BENCH_HOME/bin/warren" start -f "$base/httpd.conf" >"$base/log/start.log" 2>&1 </dev/null &
    launcher=$!
    await 'Warren' grep -qx ready "$base/log/start.log"
}

start_httpd() {
    trap stop_all EXIT
    setsid apache2 -f "$base/httpd.conf" -D FOREGROUND >>"$base/log/httpd.log" 2>&1 </dev/null &
    httpd=$!
    await 'httpd' curl -s -o "$base/log/first" "http://127.0.0.1:$PORT/"
}

# await WHAT CONDITION...: at most two minutes.
await() {
    local what=$1 deadline=$((SECONDS + 120))
    shift
    until "$@"; do
        if ((SECONDS > deadline)); then
            tail -n 20 "$base"/log/*.log >&2
            fail "$what did not come in two minutes; the logs are above"
        fi
        sleep 0.01
    done
}

stop_all() {
    end "$httpd"
    end "$launcher"
    httpd='' launcher=''
}

end() {
    [[ -n $1 ]] && kill -TERM "$1" 2>/dev/null || return 0
    local tenths
    for ((tenths = 0; tenths < 600; tenths++)); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    wait "$1" 2>/dev/null || true
}

# None is no failure.
pids_of() {
    local found=0
    case $1 in
        httpd) printf '%s\n' "$httpd" && pgrep -P "$httpd" ;;
        launcher) printf '%s\n' "$launcher" ;;
        connector) pgrep -U "$CONNECTOR_UID" ;;
        stages) pgrep -P "$launcher" -f warren.launcher.stage.LaunchStage -U 0 ;;
        parents) pgrep -P "$launcher" -f '^warren: .* parent$' ;;
        interpreters) pgrep -f '^warren: .* interpreter$' ;;
        owners) pgrep -f '^warren: .* (parent|interpreter)$' ;;
    esac || found=$?
    ((found <= 1))
}

# A warm stage has loaded all it needs and waits: it is there, and uses no more CPU time.
await_warm_stage() {
    local before='' now
    until now=$(cpu_ticks stages) && ((now > 0)) && [[ $now == "$before" ]]; do
        before=$now
        sleep 0.2
    done
}

# --- figures ------------------------------------------------------------------------------------------------------

# put MEASURE CASE WHAT UNIT VALUE
put() {
    local IFS=$'\t'
    echo "$*" >>"$WARREN_BENCH_RAW"
}

# CPU time of a group of processes and of those of its children that have ended (proc(5): utime to cstime).
cpu_ticks() {
    local pid
    { for pid in $(pids_of "$1"); do cat "/proc/$pid/stat" 2>/dev/null || true; done; } \
        | awk '{ sub(/^.*\) /, ""); ticks += $12 + $13 + $14 + $15 } END { print ticks + 0 }'
}

# memory_kb GROUP Pss|Private|Rss: proc(5), smaps_rollup
memory_kb() {
    local pid
    { for pid in $(pids_of "$1"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done; } \
        | awk -v what="${2/Private/Private_(Clean|Dirty)}" '$1 ~ "^" what ":$" { kb += $2 } END { print kb + 0 }'
}

# Milliseconds that one request takes, on a connection of its own.
request_ms() {
    local answer
    answer=$(curl -s -o "$base/log/answer" -m 60 -w '%{http_code} %{time_total}' -H "Host: h$1.test" \
        "http://127.0.0.1:$PORT$2")
    [[ ${answer%% *} == 200 ]] || fail "h$1 answers ${answer%% *} to $2: $(tail -n 3 "$base"/log/connector/connector.log)"
    awk -v s="${answer##* }" 'BEGIN { printf "%.3f\n", s * 1000 }'
}

now_ns() {
    date +%s%N
}

# ms_since NANOSECONDS
ms_since() {
    awk -v ns="$(($(now_ns) - $1))" 'BEGIN { printf "%.1f\n", ns / 1e6 }'
}

fail() {
    echo "bench: $*" >&2
    exit 1
}
