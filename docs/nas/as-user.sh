#!/bin/sh
# Run a command as the user PUID and the group PGID; where a user was chosen already, as that one.
set -eu
umask "${UMASK:-022}"
if [ "$(id -u)" != 0 ]; then
    exec "$@"
fi
if [ "$PUID" = 0 ]; then
    echo "pacetag: PUID is 0; name the user that owns the music" >&2
    exit 2
fi
config=${XDG_CONFIG_HOME:-/config}
if [ -d "$config" ]; then
    chown "$PUID:$PGID" "$config" # the folder alone: what lies in it is that user's already
fi
exec setpriv --reuid "$PUID" --regid "$PGID" --clear-groups --no-new-privs -- "$@"
