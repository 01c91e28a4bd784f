"""Errors of the program itself, each with a sentence for the user."""


class TaggerError(Exception):
    """Anything the program cannot do; the text says what happened and what to do."""

    exit_code = 1


class UsageError(TaggerError):
    """The command line asks for something that makes no sense."""

    exit_code = 2


class MissingExtraError(TaggerError):
    """A command needs packages that a plain installation leaves out."""

    def __init__(self, what: str, extra: str) -> None:
        from pacetag.model.extras import install_command

        super().__init__(
            f"{what} needs packages that are not installed; `{install_command(extra)}` adds them"
        )


class JudgeLoadError(TaggerError):
    """The trained network could not be started, so no song can be judged."""
