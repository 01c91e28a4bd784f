"""A service as a task of the Windows Task Scheduler. Made and tested on Linux, never run there.

pacetag itself needs a POSIX system, so the task starts it in the Windows Subsystem for Linux.
"""

import subprocess
from xml.sax.saxutils import escape

from pacetag.tagger.service.marks import HASH, PLACE
from pacetag.tagger.service.values import NAME, SENTENCE, Service

TASK = NAME
ENCODING = "utf-16"  # with a mark of its order, as schtasks.exe wants it
_LINUX = "wsl.exe"

_XML = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>pacetag</Author>
    <Description>{sentence} ({hash}{place})</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger><Enabled>true</Enabled></LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>9</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>5</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def text(service: Service, *, distribution: str | None) -> str:
    """Return the task as XML with a place for its hash.

    `distribution`: the Linux under Windows that it runs in; None for the usual one. Raises
    ServiceError for names it cannot hold.
    """
    service.refuse("%" + "".join(map(chr, range(32))), "a scheduled task")
    linux = ["--distribution", distribution] if distribution else []
    variables = [f"{name}={value}" for name, value in service.environment.items()]
    program = ["env", *variables] if variables else []
    arguments = [*linux, "--exec", *program, *service.command]
    return _XML.format(
        sentence=escape(SENTENCE),
        hash=HASH,
        place=PLACE,
        command=_LINUX,
        arguments=escape(subprocess.list2cmdline(arguments)),
    )
