"""Run all checks, one after the other; one that breaks off costs only itself."""

import errno
from collections.abc import Callable, Iterator
from importlib import import_module

from pacetag.model.extras import install_packages, package_of, requirement_of
from pacetag.tagger.doctor.results import CheckResult, fault
from pacetag.tagger.doctor.subject import Subject
from pacetag.tagger.logs.logger import debug

Check = Callable[[Subject], Iterator[CheckResult]]

# Area -> module:function. Modules are imported when their turn comes: a broken package costs only
# the checks that need it.
CHECKS = {
    "program": "program:program",
    "packages": "program:packages",
    "extras": "program:extras",
    "terminal": "program:terminal",
    "settings": "configured:settings",
    "targets": "configured:targets",
    "index": "index:index",
    "music": "music:music",
    "watches": "music:watches",
    "service": "configured:service",
    "decoders": "decoders:decoders",
    "network": "network:network",
}
REPORT = "run `pacetag doctor --log-file FILE`, and report it with what that file says"


def results(subject: Subject) -> Iterator[CheckResult]:
    """Yield what each check finds, as it is found."""
    for area, name in CHECKS.items():
        try:
            module, _, function = name.partition(":")
            check: Check = getattr(import_module(f"{__package__}.{module}"), function)
            yield from check(subject)
        except ImportError as error:
            debug("doctor", f"{area}: cannot be checked", error=error)
            yield _unloadable(area, error)
        except OSError as error:
            debug("doctor", f"{area}: cannot be checked", error=error)
            yield fault(area, f"cannot be checked: {error}", advice=_remedy(error))
        except Exception as error:  # what is broken is what this command looks for
            debug("doctor", f"{area}: cannot be checked", error=error)
            what = f"the check broke off ({type(error).__name__}: {error})"
            yield fault(area, what, advice=REPORT)


def _unloadable(area: str, error: ImportError) -> CheckResult:
    package = package_of(error.name or "") or "pacetag"
    return fault(
        area,
        f"a package cannot be loaded ({error})",
        advice=install_packages([requirement_of(package)], "--force-reinstall", "--no-deps"),
    )


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room there, or name a folder with room in TMPDIR"
    return "name a folder for temporary files that can be written in TMPDIR"
