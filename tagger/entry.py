"""The command's front door, which lets nothing in before it is needed.

Worker processes run the script that started the command once more, as far as its imports: those
must not cost each of them what the command line costs.
"""


def main() -> None:
    """Run the command and leave with its exit code."""
    from pacetag.tagger.cli import main as run

    run()
