"""`stoa lab`: what a member does for studies on their own machine. It needs no server's data, only the extra `lab`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from stoa.cli.options import out
from stoa.kit.faults import Fault

lab = typer.Typer(name="lab", help="Studies: serve a model, run suites, send in what they gave.", no_args_is_help=True)

Model = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", show_default=False, help="A GGUF file [the small model SmolLM2]."),
]


@contextmanager
def _told() -> Iterator[None]:
    """What can't be used is told as every fault is: in one line, exit code 1."""
    from stoa.evaluation.faults import Unusable

    try:
        yield
    except Unusable as fault:
        raise Fault(fault.message, remedy=fault.remedy) from None


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

    with _told(), served(model or smollm2(), port=port, slots=slots) as found:
        out.print(escape(f"{found.file.name} is served as {found.name} at {found.address}"))
        out.print("Ctrl-C stops it.")
        with suppress(KeyboardInterrupt):
            found.wait()
