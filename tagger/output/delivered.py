"""What was copied to a target, as sentences and JSON."""

from collections.abc import Iterator
from typing import Any

from pacetag.tagger.targets.delivery import Delivered
from pacetag.tagger.text.formatting import songs

FEW = 10  # files of a kind that are named


def delivered_lines(found: Delivered) -> Iterator[str]:
    """Yield what was done, or in a dry run would be done; failures and the summary last."""
    plan = found.plan
    if found.dry_run:
        yield from _named("would be removed", list(plan.remove))
        yield from _named("would be copied", list(plan.put))
    if plan.left_out:
        first = plan.left_out[0].song.path
        yield (
            f"{songs(len(plan.left_out))} beyond max_size are left out, from {first} on: raise "
            f"max_size of [target.{found.target.name}], or have --limit ask for fewer"
            if len(plan.left_out) > 1
            else f"1 song beyond max_size is left out, {first}: raise max_size of "
            f"[target.{found.target.name}]"
        )
    for path, why in found.failed:
        yield f"{path}: not copied: {why}"
    yield _summary(found)


def _named(what: str, names: list[str]) -> Iterator[str]:
    for name in names[:FEW]:
        yield f"{what}: {name}"
    if len(names) > FEW:
        yield f"{what}: {len(names) - FEW} more"


def _summary(found: Delivered) -> str:
    plan, put = found.plan, len(found.copied)
    if found.dry_run:
        does = f"{songs(len(plan.put))} would be copied, about {plan.bytes >> 20} MiB"
    else:
        does = f"{songs(put)} copied"
    parts = [does, f"{len(plan.keep)} there already"]
    if plan.rename:
        parts.append(f"{len(plan.rename)} renamed")
    if plan.remove:
        parts.append(f"{len(plan.remove)} removed")
    end = f"; {len(plan.put) - put} wait: the same command goes on" if found.stopped else ""
    return f"{found.target.name} ({found.folder}): {', '.join(parts)}{end}"


def delivered_object(found: Delivered) -> dict[str, Any]:
    """Return it as a JSON value."""
    plan = found.plan
    return {
        "name": found.target.name,
        "path": str(found.folder),
        "copied": list(plan.put if found.dry_run else found.copied),
        "kept": list(plan.keep),
        "renamed": dict(plan.rename),
        "removed": list(plan.remove),
        "left_out": [item.song.path for item in plan.left_out],
        "failed": [{"path": path, "reason": why} for path, why in found.failed],
        "bytes": plan.bytes,
    }
