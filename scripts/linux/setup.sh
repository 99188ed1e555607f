#!/usr/bin/env bash
# Installs the edge worker as a service of systemd, mends an installation, brings it up to this checkout's
# version, or takes it away. Calling it again changes only what is not as it should be.
set -euo pipefail

usage() {
  cat <<'TEXT'
scripts/linux/setup.sh install [--gateway-url URL] [--ca-file FILE] [--name NAME] [--token-file FILE]
                               [--models-from DIR]
scripts/linux/setup.sh uninstall [--purge]
scripts/linux/setup.sh start | stop | status

install    the worker in /opt/footfall-edge, its settings in /etc/footfall/edge.env, its data in
           /var/lib/footfall, an account "footfall", a service "footfall-edge", a command "footfall-edge"
  --gateway-url  the gateway's port for edge workers, https://host:port; needed at the first time
  --ca-file      PEM of the authority behind its certificate, when it is not a public one
  --name         how people know this machine (its host name)
  --token-file   a file whose first line is a join token; "-" reads it from standard input
  --models-from  a folder that `footfall models pull --dir` filled on another machine; without it the models
                 are pulled here, for which npm is needed
uninstall  takes the service, the command and the programs away; settings, certificate and events stay
  --purge        takes them, too: events that the core has not taken yet are lost
--dry-run  with any of them: prints what would be done, and does nothing

PYTHON=/path/to/python3 chooses the Python (3.11 or newer) that the worker gets.
TEXT
}

# Everything below this folder; empty but for packagers and tests.
root="${FOOTFALL_SETUP_ROOT:-}"
programs=/opt/footfall-edge
settings=/etc/footfall/edge.env
authority=/etc/footfall/gateway-ca.pem
data=/var/lib/footfall
unit=/etc/systemd/system/footfall-edge.service
command=/usr/local/bin/footfall-edge
account=footfall
checkout="$(cd "$(dirname "$0")/../.." && pwd)"
worker="$programs/venv/bin/footfall-edge"
python="${PYTHON:-python3}"

fail() {
  printf 'setup.sh: %s\n' "$1" >&2
  exit 1
}

say() { printf '%s\n' "$1"; }

# What changes the machine goes through here, so that --dry-run can tell of it.
run() {
  if "$dry_run"; then printf '+ %s\n' "$*"; else "$@"; fi
}

# put MODE OWNER PATH: writes standard input there, whole or not at all.
put() {
  local mode="$1" owner="$2" path="$root$3"
  if "$dry_run"; then
    printf '+ write %s (mode %s, owner %s)\n' "$path" "$mode" "$owner"
    cat >/dev/null
    return
  fi
  mkdir -p "$(dirname "$path")"
  (umask 077 && cat >"$path.new")
  chown "$owner" "$path.new"
  chmod "$mode" "$path.new"
  mv "$path.new" "$path"
}

as_worker() { run runuser -u "$account" -- "$@"; }

check_machine() {
  if [ -z "$root" ] && [ "$(id -u)" -ne 0 ] && ! "$dry_run"; then fail "run it as root (sudo)"; fi
  command -v systemctl >/dev/null || fail "there is no systemd here; see docs/edge.md for other ways"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed; '$python' is not. Set PYTHON=/path/to/python3"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "'$python' cannot make environments; on Debian and Ubuntu: apt-get install python3-venv"
}

make_account() {
  if ! getent passwd "$account" >/dev/null; then
    run useradd --system --user-group --home-dir "$data" --shell /usr/sbin/nologin "$account"
  fi
  run install -d -m 0700 -o "$account" -g "$account" "$root$data"
}

install_programs() {
  if [ ! -x "$root$programs/venv/bin/python" ]; then run "$python" -m venv "$root$programs/venv"; fi
  local pip=("$root$programs/venv/bin/python" -m pip --disable-pip-version-check install --quiet)
  run "${pip[@]}" --require-hashes --requirement "$checkout/requirements/edge.txt"
  # The build tool is in the lock of the developers; pip fetches it by its exact version.
  run "${pip[@]}" --no-deps --force-reinstall "$checkout"
  run install -D -m 0644 "$checkout/docs/edge.md" "$root$programs/docs/edge.md"
}

# The settings are people's: written once, and left alone from then on.
write_settings() {
  if [ -n "$ca_file" ]; then
    [ -r "$ca_file" ] || fail "$ca_file cannot be read"
    put 0644 root:root "$authority" <"$ca_file"
  fi
  if [ -e "$root$settings" ]; then
    say "Settings are in $settings already; they are left as they are."
    return
  fi
  [ -n "$gateway_url" ] || fail "--gateway-url is needed the first time"
  {
    say "# Settings of the edge worker: docs/edge.md. Restart it after a change: systemctl restart footfall-edge"
    say "FOOTFALL_EDGE_GATEWAY_URL=$gateway_url"
    if [ -n "$ca_file" ]; then say "FOOTFALL_EDGE_GATEWAY_CA_FILE=$authority"; fi
    say "FOOTFALL_EDGE_DATA_DIR=$data"
    say "FOOTFALL_EDGE_MODELS_DIR=$data/models"
    if [ -n "$name" ]; then say "FOOTFALL_EDGE_NAME='$name'"; fi
  } | put 0640 "root:$account" "$settings"
}

# What was copied is verified by its hash, and pulled if it is not what it should be.
pull_models() {
  local model
  if [ -n "$models_from" ]; then
    [ -d "$models_from" ] || fail "$models_from is no folder"
    run install -d -m 0755 -o "$account" -g "$account" "$root$data/models"
    for model in "$models_from"/*.onnx; do
      run install -m 0644 -o "$account" -g "$account" "$model" "$root$data/models/"
    done
  fi
  as_worker "$root$programs/venv/bin/footfall" models pull --dir "$root$data/models"
}

join() {
  if [ -e "$root$data/identity.json" ]; then
    say "This machine has a certificate already; no token is used."
    return
  fi
  if [ -z "$token_file" ]; then
    say "No join token was given: the worker starts when it has one (footfall-edge join < token.txt)."
    return
  fi
  local token
  IFS= read -r token < <(if [ "$token_file" = - ]; then cat; else cat -- "$token_file"; fi) || [ -n "$token" ] ||
    fail "the token cannot be read"
  if "$dry_run"; then
    printf '+ %s --env-file %s join\n' "$root$worker" "$root$settings"
    return
  fi
  # Through a pipe: a command line could be read by anybody.
  printf '%s\n' "$token" | runuser -u "$account" -- "$root$worker" --env-file "$root$settings" join
}

install_service() {
  put 0644 root:root "$unit" <"$checkout/deploy/edge/footfall-edge.service"
  put 0755 root:root "$command" <<TEXT
#!/bin/sh
# The worker's commands, with its settings and as its account.
exec runuser -u $account -- $worker --env-file $settings "\$@"
TEXT
  run systemctl daemon-reload
  run systemctl enable --quiet footfall-edge
  if [ -e "$root$data/identity.json" ] ||
    grep -Eq '^FOOTFALL_EDGE_(API_KEY|JOIN_TOKEN)=' "$root$settings" 2>/dev/null; then
    run systemctl restart footfall-edge
    say "The worker runs. See how it does: sudo footfall-edge doctor"
  else
    say "Installed. It starts at the next boot, or by: systemctl start footfall-edge"
  fi
}

uninstall() {
  if [ -e "$root$unit" ] || "$dry_run"; then
    run systemctl disable --quiet --now footfall-edge
    run rm -f "$root$unit"
    run systemctl daemon-reload
  fi
  run rm -f "$root$command"
  run rm -rf "${root:?}$programs"
  if ! "$purge"; then
    say "Settings ($settings), certificate and events ($data) are left; --purge takes them, too."
    return
  fi
  run rm -rf "$root/etc/footfall" "$root$data"
  if getent passwd "$account" >/dev/null; then run userdel "$account"; fi
}

dry_run=false purge=false gateway_url="" ca_file="" name="" token_file="" models_from="" action=""
while [ "$#" -gt 0 ]; do
  case "$1" in
    install | uninstall | start | stop | status) action="$1" ;;
    --dry-run) dry_run=true ;;
    --purge) purge=true ;;
    --gateway-url | --ca-file | --name | --token-file | --models-from)
      [ "$#" -ge 2 ] || fail "$1 wants a value"
      case "$1" in
        --gateway-url) gateway_url="$2" ;;
        --ca-file) ca_file="$2" ;;
        --name) name="$2" ;;
        --token-file) token_file="$2" ;;
        --models-from) models_from="$2" ;;
      esac
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 64
      ;;
  esac
  shift
done
case "$gateway_url$name" in *[$'\n\r\''\"\\\$\`]*) fail "quotes, backslashes, \$ and line breaks have no place in a setting" ;; esac

case "$action" in
  install)
    check_machine
    make_account
    install_programs
    write_settings
    pull_models
    join
    install_service
    ;;
  uninstall) uninstall ;;
  start | stop | status) run systemctl "$action" footfall-edge ;;
  *)
    usage >&2
    exit 64
    ;;
esac
