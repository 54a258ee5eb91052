"""The `stoa` command: each command is a module of its own, named here in one line.

Exit codes: 0 done; 1 a fault, told in one line on standard error; 2 a wrong use of the command line; 130 interrupted.
"""

from __future__ import annotations

import typer

from stoa import __version__
from stoa.cli import (
    backup,
    calls,
    charter,
    check,
    compute,
    events,
    exporting,
    importing,
    init,
    lab,
    mail,
    members,
    moderating,
    organisations,
    person,
    prepare,
    restore,
    sampling,
    serve,
    up,
    upgrade,
    verify,
    worker,
)
from stoa.cli.options import tell_fault

app = typer.Typer(
    name="stoa",
    help="The server for an open, member-led AI research community.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stoa {__version__}")
        raise typer.Exit


@app.callback()
def stoa(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say which version."),
) -> None:
    """The server for an open, member-led AI research community."""


app.command("up")(up.up)
app.command("init")(init.init)
app.command("sample")(sampling.sample)
app.command("check")(check.check)
app.command("verify")(verify.verify)
app.add_typer(importing.importing)
app.add_typer(exporting.exporting)
app.add_typer(compute.compute)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("upgrade")(upgrade.upgrade)
app.add_typer(person.person)
app.add_typer(charter.charter)
app.add_typer(moderating.moderate)
app.command("serve", hidden=True)(serve.serve)
app.add_typer(calls.calls)
app.add_typer(members.members)
app.add_typer(mail.mail)
app.add_typer(organisations.organisations)
app.add_typer(events.events)
app.add_typer(lab.lab)
app.command("worker", hidden=True)(worker.worker)
app.command("migrate", hidden=True)(prepare.migrate)
app.command("prepare", hidden=True)(prepare.prepare)


def main() -> None:
    """Run a command. A fault that a person can mend is one line and exit code 1; what is our own mistake keeps its trace."""
    try:
        app()
    except Exception as error:
        if not tell_fault(error):
            raise
        raise SystemExit(1) from None
