"""The judge that a scan was asked for: its network, and what runs it."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from pacetag.tagger.commands.scan_options import Device

if TYPE_CHECKING:
    from pacetag.tagger.workers.judging import JudgeRef


def judge_on(device: Device, *, here: bool) -> "JudgeRef":
    """Return the judge that scans, on a GPU if that is asked for and found.

    Where songs are judged `here` and there is no GPU, that is said, and the processor judges; the
    workers of a cluster look for themselves. Raises BundleError for a network that is not sound.
    """
    from pacetag.tagger.workers import pool

    judge = pool.shipped_judge()
    if device is Device.CPU:
        return judge
    if here:
        from pacetag.model.keras_runtime import gpu_fault
        from pacetag.tagger.terminal.say import say

        fault = gpu_fault()
        if fault is not None:
            say(f"pacetag: {fault}, so the processor judges the songs", sys.stderr)
            return judge
    return replace(judge, device="gpu")
