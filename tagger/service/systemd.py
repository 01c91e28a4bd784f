"""A service as a unit of a user's systemd, quoted as systemd.syntax(7) has it.

`%` begins a specifier everywhere, `$` a variable in a command line alone. Words in quotes keep
blanks; the list of writable paths knows no escapes, so a quotation mark stands in the other kind.
"""

import re

from pacetag.tagger.service.marks import HASH, PLACE
from pacetag.tagger.service.values import NAME, PATIENCE, SENTENCE, SILENCE, Service

UNIT = f"{NAME}.service"
_TEMPORARY = ("/tmp", "/var/tmp")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_CONTROL = re.compile(r'[\x00-\x1f\x7f"\\]')

_HEAD = f"""\
# pacetag wrote this file ({HASH}{PLACE}).
# Change it with `systemctl --user edit {NAME}`, which keeps your lines in a file of their own.
[Unit]
Description={SENTENCE}
StartLimitIntervalSec=600
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
"""
_RUN = f"""\
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
TimeoutStartSec=120
TimeoutStopSec={PATIENCE}
WatchdogSec={SILENCE}
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=2
SuccessExitStatus=130
OOMPolicy=continue
Nice=19
IOSchedulingClass=idle
"""
_CONFINED = """\
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX
"""
_READ_ONLY = """\
PrivateUsers=yes
ProtectSystem=strict
ProtectHome=read-only
"""
_TAIL = """\

[Install]
WantedBy=default.target
"""


def text(service: Service) -> str:
    """Return the unit with a place for its hash. Raises ServiceError for names it cannot hold."""
    service.refuse("\n\r\0", "a unit of systemd", of_folders="\\")
    program, *arguments = service.command
    command = " ".join([_quoted(program), *(_quoted(each, dollar=True) for each in arguments)])
    environment = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in service.environment.items()
    )
    body = f"{environment}ExecStart={command}\n{_RUN}MemoryMax={service.memory}M\n"
    return f"{_HEAD}{body}{_CONFINED}{_folders(service)}{_TAIL}"


def _folders(service: Service) -> str:
    """The lines that make all folders read-only but those that the service writes."""
    if not service.confined:
        return ""
    private = not any(
        folder.is_relative_to(each) for folder in service.writable for each in _TEMPORARY
    )
    lines = _READ_ONLY + ("PrivateTmp=yes\n" if private else "")
    paths = [str(folder) for folder in service.writable]
    paths += [] if private else _TEMPORARY
    # With the hyphen, a disk that is not there keeps nothing from starting.
    return lines + "".join(f"ReadWritePaths={_in_quotes(f'-{path}')}\n" for path in paths)


def _quoted(word: str, *, dollar: bool = False) -> str:
    """A word in quotes, with C escapes; `dollar`: a command line would take $ for a variable."""
    escaped = _CONTROL.sub(lambda sign: _ESCAPES.get(sign[0]) or f"\\x{ord(sign[0]):02x}", word)
    escaped = escaped.replace("%", "%%")
    return f'"{escaped.replace("$", "$$") if dollar else escaped}"'


def _in_quotes(word: str) -> str:
    """A word in quotes where a backslash is a character as any other."""
    escaped = word.replace("%", "%%")
    if '"' not in escaped:
        return f'"{escaped}"'
    return "".join(f"'{part}'" if '"' in part else f'"{part}"' for part in _parts(escaped))


def _parts(word: str) -> list[str]:
    """The word cut before and behind each row of double quotation marks."""
    return [part for part in re.split(r'("+)', word) if part]
