"""Programs that ours are compared with, each in an environment of its own under `.bench/`; and words that tables share."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".bench"


def python_of(name: str, *packages: str) -> str:
    """The Python of an environment that holds these packages; it is made where it is not there."""
    folder = FOLDER / name
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists() or ready.read_text() != " ".join(packages):
        print(f"Installing {', '.join(packages)} into {folder} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
        subprocess.run([*pip, *packages], check=True)
        ready.write_text(" ".join(packages))
    return str(python)


def verdict(*, holds: bool) -> str:
    """Whether a limit holds, in a word."""
    return "holds" if holds else "MISSED"
