"""The page of all commands and options, as the command line itself describes them."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from pacetag.tagger.cli import app

HEAD = """# Commands and options

What `pacetag COMMAND --help` says, for every command. [Using pacetag](using.md) explains what needs
more than a line, [Settings](configuration.md) how to have an option stay.
"""


def commands_page() -> str:
    """Return the page, as Markdown."""
    top = typer.main.get_command(app)
    return "\n".join([HEAD, *_described(top, top.context_class(top, info_name="pacetag"))])


def _described(command: Any, context: Any) -> Iterator[str]:
    """Yield a command's section and those of its subcommands, paragraph by paragraph."""
    yield f"## {context.command_path}\n"
    yield from (_text(paragraph) + "\n" for paragraph in (command.help or "").split("\n\n"))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    rows = [record for each in command.get_params(context) if (record := _record(each, context))]
    if rows:
        yield "| argument or option | what it says |\n|---|---|"
        yield from (f"| {_code(names)} | {_text(said)} |" for names, said in rows)
        yield ""
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            inner = below.context_class(below, info_name=name, parent=context)
            yield from _described(below, inner)


def _record(parameter: Any, context: Any) -> tuple[str, str] | None:
    """Return the names and the help of an argument or option, or None for a hidden one."""
    if getattr(parameter, "hidden", False):
        return None
    if parameter.param_type_name == "argument":
        return parameter.make_metavar(context), parameter.help or ""
    found: tuple[str, str] | None = parameter.get_help_record(context)
    return found


def _code(names: str) -> str:
    """Return names as code in a cell of a table."""
    return (
        f"`{names.replace('|', '&#124;')}`" if "|" not in names else f"<code>{_text(names)}</code>"
    )


def _text(said: str) -> str:
    """Return a text as Markdown: one line, with nothing in it that would be markup."""
    text = " ".join(said.replace("\b", "").split())
    parts = re.split(r"(`[^`]*`)", text)
    escaped = (
        part
        if part.startswith("`")
        else re.sub(r"[\\*_<>|\[\]#]", lambda c: f"&#{ord(c[0])};", part)
        for part in parts
    )
    return "".join(escaped)
