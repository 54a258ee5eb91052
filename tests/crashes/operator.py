"""The operator of a server that is being killed: imports and backups at the command line, killed themselves, until they succeed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.cli.server import LONG, Server, plain_environment
from tests.crashes.members import Member

VOTES = Path(__file__).parents[3] / "shared" / "data" / "votes" / "pabulib" / "Netherlands_Assen_2024.pb"


class Operator(threading.Thread):
    """Imports votes and writes backups by turns, until told to stop. `kills` counts the commands that were killed."""

    def __init__(
        self, server: Server, announcer: Member, chance: random.Random, beat: float, stop: threading.Event
    ) -> None:
        super().__init__(name="operator")
        self._data, self._address, self._announcer = server.data, server.address, announcer
        self._chance, self._beat, self._stop_asked = chance, beat, stop
        self.kills = 0
        self.refusals: list[str] = []
        self.imported: list[str] = []
        self.written: list[Path] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._stop_asked.is_set():
                self._import(f"import-{len(self.imported) + 1}")
                self._back_up(self._data.parent / f"backup-{len(self.written) + 1}")
        except BaseException as error:  # noqa: BLE001 - the driver raises it in its own thread
            self.error = error

    def _import(self, slug: str) -> None:
        if self._announcer.announce(slug, (86_400, 2 * 86_400, 3 * 86_400)):
            self._until_done("import", "pabulib", str(VOTES), "--round", slug)
            self.imported.append(slug)

    def _back_up(self, target: Path) -> None:
        self._until_done("backup", str(target))
        self.written.append(target)

    def _until_done(self, *arguments: str) -> None:
        """Run the command, perhaps kill it, and run it again until it succeeds or its file is there."""
        for _ in range(100):
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "stoa.cli", *arguments, "--data", str(self._data)],
                env=plain_environment() | {"STOA_ADDRESS": self._address},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            if self._chance.random() < 0.5:
                self._kill_soon(process)
            said = process.communicate(timeout=4 * LONG)[1]
            if process.returncode == 0 or (arguments[0] == "backup" and Path(arguments[1]).exists()):
                return
            self.refusals += [said.strip().splitlines()[-1]] if said.strip() else []
            time.sleep(0.5)
        raise AssertionError(f"{arguments[0]} does not succeed: {self.refusals[-5:]}")

    def _kill_soon(self, process: subprocess.Popen[str]) -> None:
        try:
            process.wait(self._chance.uniform(0, 3 * self._beat))
        except subprocess.TimeoutExpired:
            process.kill()
            self.kills += 1
