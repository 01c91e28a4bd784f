"""Install the watcher as a service, remove it, and tell whether it is installed."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.service import marks
from pacetag.tagger.service.kinds import Kind
from pacetag.tagger.service.managers import Manager
from pacetag.tagger.service.running import output_of, run
from pacetag.tagger.service.values import Service, ServiceError

LINGERING = Path("/var/lib/systemd/linger")  # a file for each user whose services never end


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """What the system knows of the service."""

    kind: Kind
    file: Path
    installed: bool
    changed: bool  # the file is not as pacetag wrote it
    running: bool
    told: tuple[tuple[str, str], ...]  # by the manager, name and value
    refusal: str | None = None  # why the manager tells nothing


def installed_text(manager: Manager, service: Service) -> str:
    """Return the file as it would be installed. Raises ServiceError for names it cannot hold."""
    return marks.marked(manager.render(service))


def install(manager: Manager, service: Service, index: Path) -> list[str]:
    """Install and start the service; return sentences for a person.

    A service that runs with the same file goes on undisturbed. Raises ServiceError.
    """
    from pacetag.tagger.tags.safety.disk import make_folder

    text = installed_text(manager, service)
    marks.check(manager.file, manager.encoding)
    try:
        make_folder(index.parent, mode=0o700)  # which the service may write only if it is there
    except OSError as error:
        raise ServiceError(f"{index.parent}: cannot be made ({error.strerror})") from error
    was_there = marks.read(manager.file, manager.encoding) is not None
    written = marks.put(manager.file, text, manager.encoding)
    if written:
        run(manager.changed, manager.remedy)
    run(manager.restart if written and was_there else manager.start, manager.remedy)
    did = "changed" if was_there else "installed"
    lines = [f"{manager.file}: {did if written else 'is as it should be'}"]
    lines.append("The watcher is running. `pacetag status` says what it does.")
    return lines + _hints(manager)


def _hints(manager: Manager) -> list[str]:
    if manager.kind is Kind.SYSTEMD and not _lingers():
        return ["It ends when you log out; `loginctl enable-linger` has it run from start-up on."]
    return []


def _lingers() -> bool:
    try:
        return os.path.lexists(LINGERING / getpass.getuser())
    except (OSError, KeyError):  # a user without a name
        return False


def uninstall(manager: Manager) -> str:
    """Stop the service and remove its file; return a sentence. Raises ServiceError."""
    if marks.check(manager.file, manager.encoding) is None:
        return "The watcher is not installed."
    run(manager.forget, manager.remedy)
    marks.remove(manager.file, manager.encoding)
    run(manager.removed, manager.remedy)
    return f"{manager.file}: removed; songs, tags and index stay as they are"


def check_installed(manager: Manager) -> None:
    """Raise ServiceError unless there is a file of the service."""
    if marks.read(manager.file, manager.encoding) is None:
        raise ServiceError(
            "the watcher is not installed; `pacetag service install FOLDER` installs it"
        )


def facts(manager: Manager) -> ServiceFacts:
    """Return what the system knows; a manager that cannot be asked is a fact, too."""
    text = marks.read(manager.file, manager.encoding)
    told: tuple[tuple[str, str], ...] = ()
    refusal = None
    if text is not None:
        try:
            told = _told(output_of(manager.state, manager.remedy))
        except ServiceError as error:
            refusal = str(error)
    return ServiceFacts(
        kind=manager.kind,
        file=manager.file,
        installed=text is not None,
        changed=text is not None and not marks.is_ours(text),
        running=_runs(told),
        told=told,
        refusal=refusal,
    )


def _told(output: str) -> tuple[tuple[str, str], ...]:
    """Names and values of lines such as `ActiveState=active` and `state = running`."""
    found = []
    for line in output.splitlines():
        for sign in ("=", ":"):
            name, there, value = line.partition(sign)
            if there and name.strip() and value.strip() not in ("", "{"):
                found.append((name.strip(), value.strip()))
                break
    return tuple(found)


def _runs(told: tuple[tuple[str, str], ...]) -> bool:
    return any(
        (name, value.lower()) in {("ActiveState", "active"), ("state", "running")}
        or (name, value.lower()) == ("Status", "running")
        for name, value in told
    )
