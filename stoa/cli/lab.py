"""`stoa lab`: what a member does for studies on their own machine. It needs no server's data, only the extra `lab`."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Annotated

import typer
from rich.markup import escape

from stoa.cli import lab_files, running
from stoa.cli.options import out
from stoa.cli.running import Model, told

lab = typer.Typer(name="lab", help="Studies: serve a model, run suites, send in what they gave.", no_args_is_help=True)
lab.command("suites")(running.suites)
lab.command("run")(running.run)
lab.command("reproduce")(running.reproduce)
lab.command("submit")(running.submit)
lab.command("failed")(running.failed)
lab.command("demo")(running.demo)
lab.command("check")(lab_files.check)
lab.command("model")(lab_files.model)
lab.command("import")(lab_files.import_)


@lab.command("serve")
def serve(
    *,
    model: Model = None,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8080,
    slots: Annotated[int, typer.Option("--slots", min=1, max=64, help="Requests answered at once.")] = 4,
) -> None:
    """Serve a model on this machine alone, with the API of OpenAI, until Ctrl-C."""
    from stoa.evaluation.llama import smollm2
    from stoa.evaluation.serving import served

    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell has it ignored by what it starts in the background
    with told(), served(model or smollm2(), port=port, slots=slots) as found:
        out.print(escape(f"{found.file.name} is served as {found.name} at {found.address}"))
        out.print("Ctrl-C stops it.")
        with suppress(KeyboardInterrupt):
            found.wait()
