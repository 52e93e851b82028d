# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317,SC1091 # as in warren.sh, which lies beside this one when it runs
#
# Warren with the tenants' bare CGI script behind WarrenHandler: no framework, run as ModPerl::Registry runs it.
. "$HERE/contestants/warren.sh"
DESC='mod_proxy_ajp -> Warren, bare CGI script (WarrenHandler), as the user'

# WarrenHandler takes files below the document root.
prepare_tenants() {
    local i
    for ((i = 1; i <= $1; i++)); do
        install -o "$(tuser "$i")" -g "$(tuser "$i")" -m 755 "$(tdir "$i")/app.cgi" "$(tdir "$i")/htdocs/app.cgi"
    done
}

v() {
    cat <<CONF
Use WarrenVirtualHost $(tname "$1")
Alias /app $(tdir "$1")/htdocs/app.cgi
<Directory $(tdir "$1")/htdocs>
    Use WarrenHandler $(tname "$1")
</Directory>
<IfModule mod_warren.c>
    WarrenUserGroup $(tuser "$1") $(tuser "$1")
</IfModule>
CONF
}
