"""The programs that keep services running: systemd, launchd and the Windows Task Scheduler."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pacetag.tagger.config.environment import variable
from pacetag.tagger.service import launchd, scheduled, systemd
from pacetag.tagger.service.kinds import Kind
from pacetag.tagger.service.running import Step, output_of
from pacetag.tagger.service.values import NAME, Service, ServiceError

_HIDDEN_FOLDER = ".config"


@dataclass(frozen=True, kw_only=True)
class Manager:
    """Where a service's file lies, what it holds, and how the system learns of it."""

    kind: Kind
    file: Path
    encoding: str = "utf-8"
    render: Callable[[Service], str]
    changed: tuple[Step, ...]  # the file was written
    start: tuple[Step, ...]  # from now on, and whenever the user logs in
    restart: tuple[Step, ...]
    stop: tuple[Step, ...]
    forget: tuple[Step, ...]  # before the file is removed
    removed: tuple[Step, ...] = ()  # after that
    state: tuple[str, ...]  # prints what the system knows of the service
    logs: Callable[[int, bool], tuple[str, ...]]  # lines, and whether to wait for more
    remedy: str  # where a step fails


def usual_kind() -> Kind:
    """Return the kind that this system has."""
    return Kind.LAUNCHD if sys.platform == "darwin" else Kind.SYSTEMD


def manager(kind: Kind) -> Manager:
    """Return the manager of that kind. Raises ServiceError without a home folder."""
    return {Kind.SYSTEMD: _systemd, Kind.LAUNCHD: _launchd, Kind.WINDOWS: _windows}[kind]()


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise ServiceError("there is no home folder to install a service in") from error


def _systemd() -> Manager:
    config = variable("XDG_CONFIG_HOME")
    folder = Path(config) if config and os.path.isabs(config) else _home() / _HIDDEN_FOLDER  # noqa: PTH117
    control = ("systemctl", "--user")

    def step(verb: str, *more: str, may_fail: bool = False) -> Step:
        return Step(command=(*control, verb, *more), may_fail=may_fail)

    def logs(lines: int, follow: bool) -> tuple[str, ...]:
        command = ("journalctl", "--user", f"--unit={systemd.UNIT}", f"--lines={lines}")
        return (*command, "--output=short-iso", "--follow" if follow else "--no-pager")

    reload, facts = (
        step("daemon-reload"),
        "ActiveState,SubState,UnitFileState,MainPID,NRestarts,ExecMainStatus",
    )
    return Manager(
        kind=Kind.SYSTEMD,
        file=folder / "systemd/user" / systemd.UNIT,
        render=systemd.text,
        changed=(reload,),
        start=(step("enable", systemd.UNIT), step("start", systemd.UNIT)),
        restart=(step("enable", systemd.UNIT), step("restart", systemd.UNIT)),
        stop=(step("stop", systemd.UNIT),),
        forget=(step("disable", "--now", systemd.UNIT),),
        removed=(reload, step("reset-failed", systemd.UNIT, may_fail=True)),
        state=(*control, "show", systemd.UNIT, f"--property={facts}"),
        logs=logs,
        remedy="a user's services need systemd and a session of that user: log in as the user, not "
        "by sudo or su, or have `loginctl enable-linger` keep one; where `pacetag service status` "
        "names ExecMainStatus 226, the kernel forbids to confine it: install with --unconfined",
    )


def _launchd() -> Manager:
    home = _home()
    log, file = (
        home / f"Library/Logs/{NAME}.log",
        home / f"Library/LaunchAgents/{launchd.LABEL}.plist",
    )
    domain = f"gui/{os.getuid()}"
    agent = f"{domain}/{launchd.LABEL}"

    def step(*words: str, may_fail: bool = False) -> Step:
        return Step(command=("launchctl", *words), may_fail=may_fail)

    def logs(lines: int, follow: bool) -> tuple[str, ...]:
        return ("tail", "-n", str(lines), *(("-F",) if follow else ()), str(log))

    return Manager(
        kind=Kind.LAUNCHD,
        file=file,
        render=partial(launchd.text, log=log),
        changed=(step("bootout", agent, may_fail=True),),
        start=(step("bootstrap", domain, str(file), may_fail=True), step("kickstart", agent)),
        restart=(step("bootstrap", domain, str(file)), step("kickstart", "-k", agent)),
        stop=(step("kill", "SIGTERM", agent),),
        forget=(step("bootout", agent),),
        state=("launchctl", "print", agent),
        logs=logs,
        remedy="an agent needs a session on the screen: log in there, and try again",
    )


def _windows() -> Manager:
    from platformdirs import user_data_path

    file = user_data_path(NAME, appauthor=False) / f"{NAME}.task.xml"

    def step(verb: str, *more: str) -> Step:
        return Step(command=("schtasks.exe", f"/{verb}", "/TN", scheduled.TASK, *more))

    def created() -> tuple[str, ...]:
        seen = output_of(("wslpath", "-w", str(file)), windows.remedy).strip()
        return ("schtasks.exe", "/Create", "/F", "/TN", scheduled.TASK, "/XML", seen)

    def logs(_lines: int, _follow: bool) -> tuple[str, ...]:
        raise ServiceError(
            "a scheduled task keeps no log; set `log-file` in the file of settings, and read that"
        )

    windows = Manager(
        kind=Kind.WINDOWS,
        file=file,
        encoding=scheduled.ENCODING,
        render=partial(scheduled.text, distribution=variable("WSL_DISTRO_NAME")),
        changed=(Step(command=created),),
        start=(step("Run"),),
        restart=(step("End"), step("Run")),
        stop=(step("End"),),
        forget=(step("Delete", "/F"),),
        state=("schtasks.exe", "/Query", "/TN", scheduled.TASK, "/FO", "LIST"),
        logs=logs,
        remedy="a scheduled task is installed from within the Windows Subsystem for Linux; "
        "elsewhere --print shows it",
    )
    return windows
