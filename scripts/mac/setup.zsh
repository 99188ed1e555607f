#!/bin/zsh
# Installs the edge worker as a service of launchd, mends an installation, brings it up to this checkout's
# version, or takes it away. Calling it again changes only what is not as it should be.
emulate -R zsh
setopt err_exit no_unset pipe_fail

usage() {
  cat <<'TEXT'
scripts/mac/setup.zsh install [--agent] [--gateway-url URL] [--ca-file FILE] [--name NAME] [--token-file FILE]
                              [--models-from DIR]
scripts/mac/setup.zsh uninstall [--agent] [--purge]
scripts/mac/setup.zsh start | stop | status [--agent]

install    the worker, its settings (edge.env) and its data in /usr/local/footfall, its log in
           /usr/local/footfall/log, and a service that runs from the Mac's start on, as whoever called sudo
  --agent        a service of the person who is logged in, in ~/Library/Application Support/Footfall, without
                 sudo: macOS lets only such a one use cameras at USB. It runs while that person is logged in
  --gateway-url  the gateway's port for edge workers, https://host:port; needed at the first time
  --ca-file      PEM of the authority behind its certificate, when it is not a public one
  --name         how people know this machine (its host name)
  --token-file   a file whose first line is a join token; "-" reads it from standard input
  --models-from  a folder that `footfall models pull --dir` filled on another machine; without it the models
                 are pulled here, for which npm is needed
uninstall  takes the service and the programs away; settings, certificate and events stay
  --purge        takes them, too: events that the core has not taken yet are lost
--dry-run  with any of them: prints what would be done, and does nothing

PYTHON=/path/to/python3 chooses the Python (3.11 or newer) that the worker gets. macOS 14 or newer is needed.
TEXT
}

fail() {
  print -u2 -r -- "setup.zsh: $1"
  exit 1
}

# What changes the machine goes through here, so that --dry-run can tell of it.
run() {
  if $dry_run; then print -r -- "+ $*"; else "$@"; fi
}

# put MODE PATH: writes standard input there, whole or not at all.
put() {
  local mode=$1 file=$2
  if $dry_run; then
    print -r -- "+ write $file (mode $mode)"
    cat >/dev/null
    return
  fi
  (umask 077 && cat >$file.new)
  chmod $mode $file.new
  mv $file.new $file
}

# The service of the machine runs as the person who called sudo, and its files are that person's.
own() {
  if ! $agent; then run chown -R "$person" $1; fi
}

as_person() {
  if $agent; then run "$@"; else run sudo -u "$person" "$@"; fi
}

check_machine() {
  [[ "$(uname -s)" == Darwin ]] || fail "this is for a Mac; on Linux: scripts/linux/setup.sh"
  local release="$(sw_vers -productVersion)"
  ((${release%%.*} >= 14)) || fail "macOS 14 or newer is needed, this is $release"
  if $agent; then
    ((EUID != 0)) || fail "an agent is a person's own: call it without sudo"
  elif ! $dry_run; then
    ((EUID == 0)) || fail "call it with sudo, or with --agent"
    [[ -n $person && $person != root ]] || fail "call it with sudo as the person that the worker shall run as"
  fi
  $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed; '$python' is not. Set PYTHON=/path/to/python3"
}

make_folders() {
  run mkdir -p $home $home/data $home/log ${plist:h}
  run chmod 700 $home/data $home/log
  own $home
}

install_programs() {
  [[ -x $home/venv/bin/python ]] || as_person $python -m venv $home/venv
  local -a pip=($home/venv/bin/python -m pip --disable-pip-version-check install --quiet)
  as_person $pip --require-hashes --requirement $checkout/requirements/edge.txt
  as_person $pip --no-deps --force-reinstall $checkout
}

# The settings are people's: written once, and left alone from then on.
write_settings() {
  if [[ -n $ca_file ]]; then
    [[ -r $ca_file ]] || fail "$ca_file cannot be read"
    put 644 $home/gateway-ca.pem <$ca_file
  fi
  if [[ -e $settings ]]; then
    print -r -- "Settings are in $settings already; they are left as they are."
    return
  fi
  [[ -n $gateway_url ]] || fail "--gateway-url is needed the first time"
  {
    print -r -- "# Settings of the edge worker: docs/edge.md. After a change: scripts/mac/setup.zsh stop, then start"
    print -r -- "FOOTFALL_EDGE_GATEWAY_URL=$gateway_url"
    if [[ -n $ca_file ]]; then print -r -- "FOOTFALL_EDGE_GATEWAY_CA_FILE='$home/gateway-ca.pem'"; fi
    print -r -- "FOOTFALL_EDGE_DATA_DIR='$home/data'"
    print -r -- "FOOTFALL_EDGE_MODELS_DIR='$home/data/models'"
    # launchd keeps no log and turns none over.
    print -r -- "FOOTFALL_EDGE_LOG_FILE='$home/log/edge.log'"
    if [[ -n $name ]]; then print -r -- "FOOTFALL_EDGE_NAME='$name'"; fi
  } | put 600 $settings
  own $settings
}

# What was copied is verified by its hash, and pulled if it is not what it should be.
pull_models() {
  if [[ -n $models_from ]]; then
    [[ -d $models_from ]] || fail "$models_from is no folder"
    run mkdir -p $home/data/models
    run cp $models_from/*.onnx(N) $home/data/models/
    own $home/data/models
  fi
  as_person $home/venv/bin/footfall models pull --dir $home/data/models
}

join_core() {
  if [[ -e $home/data/identity.json ]]; then
    print -r -- "This machine has a certificate already; no token is used."
    return
  fi
  if [[ -z $token_file ]]; then
    print -r -- "No join token was given; join later with: $worker --env-file '$settings' join < token.txt"
    return
  fi
  if $dry_run; then
    print -r -- "+ $worker --env-file $settings join"
    return
  fi
  local token=""
  if [[ $token_file == - ]]; then
    IFS= read -r token || [[ -n $token ]] || fail "the token cannot be read"
  else
    IFS= read -r token <$token_file || [[ -n $token ]] || fail "the token cannot be read"
  fi
  # Through a pipe: a command line could be read by anybody.
  print -r -- "$token" | as_person $worker --env-file $settings join
}

xml() {
  local text=${1//&/&amp;}
  text=${text//</&lt;}
  print -r -- "${text//>/&gt;}"
}

install_service() {
  local user=""
  if ! $agent; then user="<key>UserName</key><string>$(xml "$person")</string>"; fi
  put 644 $plist <<TEXT
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>$label</string>
  <key>ProgramArguments</key>
  <array>
    <string>$(xml "$worker")</string>
    <string>--env-file</string>
    <string>$(xml "$settings")</string>
    <string>run</string>
  </array>
  $user
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>10</integer>
  <key>ExitTimeOut</key><integer>20</integer>
  <key>ProcessType</key><string>Interactive</string>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>$(xml "$home/log/launchd.log")</string>
</dict>
</plist>
TEXT
  unload
  if [[ -e $home/data/identity.json ]] || grep -Eq '^FOOTFALL_EDGE_(API_KEY|JOIN_TOKEN)=' $settings 2>/dev/null; then
    load
    print -r -- "The worker runs. See how it does: $worker --env-file '$settings' doctor"
  else
    print -r -- "Installed. It starts at the next boot, or by: scripts/mac/setup.zsh start"
  fi
}

load() {
  run launchctl enable $domain/$label
  run launchctl bootstrap $domain $plist
}

unload() {
  if $dry_run || launchctl print $domain/$label >/dev/null 2>&1; then
    run launchctl bootout $domain/$label
  fi
}

uninstall() {
  unload
  run rm -f $plist
  run rm -rf $home/venv
  if $purge; then
    run rm -rf $home
  else
    print -r -- "Settings ($settings), certificate and events ($home/data) are left; --purge takes them, too."
  fi
}

dry_run=false agent=false purge=false
action="" gateway_url="" ca_file="" name="" token_file="" models_from=""
while (($# > 0)); do
  case $1 in
    install | uninstall | start | stop | status) action=$1 ;;
    --dry-run) dry_run=true ;;
    --agent) agent=true ;;
    --purge) purge=true ;;
    --gateway-url | --ca-file | --name | --token-file | --models-from)
      (($# >= 2)) || fail "$1 wants a value"
      case $1 in
        --gateway-url) gateway_url=$2 ;;
        --ca-file) ca_file=$2 ;;
        --name) name=$2 ;;
        --token-file) token_file=$2 ;;
        --models-from) models_from=$2 ;;
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
if [[ "$gateway_url$name" == *[$'\n\r\'"\\$`']* ]]; then
  fail "quotes, backslashes, \$ and line breaks have no place in a setting"
fi

label=footfall.edge
checkout=${0:A:h:h:h}
python=${PYTHON:-python3}
person=${SUDO_USER:-$(id -un)}
# Everything below this folder; empty but for packagers and tests.
root=${FOOTFALL_SETUP_ROOT:-}
if $agent; then
  domain=gui/$UID
  home="$HOME/Library/Application Support/Footfall"
  plist=$HOME/Library/LaunchAgents/$label.plist
else
  domain=system
  home=$root/usr/local/footfall
  plist=$root/Library/LaunchDaemons/$label.plist
fi
settings=$home/edge.env
worker=$home/venv/bin/footfall-edge

case $action in
  install)
    check_machine
    make_folders
    install_programs
    write_settings
    pull_models
    join_core
    install_service
    ;;
  uninstall) uninstall ;;
  start) load ;;
  stop) unload ;;
  status) run launchctl print $domain/$label ;;
  *)
    usage >&2
    exit 64
    ;;
esac
