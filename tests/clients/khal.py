"""khal, which shows what vdirsyncer fetched; both from PyPI, in a virtual environment that is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.clients.story import Shown, shown_by

PACKAGES = ("khal", "vdirsyncer")
PAIR = """
[pair {name}]
a = "{name}_here"
b = "{name}_feed"
collections = null
conflict_resolution = "b wins"
[storage {name}_here]
type = "filesystem"
path = "{folder}/{name}"
fileext = ".ics"
[storage {name}_feed]
type = "http"
url = "{address}"
"""


class Khal:
    """Subscribed to some feeds by name. `tools`: where both programs lie already, or nothing."""

    def __init__(self, folder: Path, addresses: Mapping[str, str], tools: str = "") -> None:
        self.folder, self.names = folder, list(addresses)
        self.bin = Path(tools) if tools else _installed(folder / "venv")
        (folder / "vdirsyncer").write_text(
            f'[general]\nstatus_path = "{folder}/status"\n' + "".join(
                PAIR.format(name=name, folder=folder, address=address) for name, address in addresses.items()))
        (folder / "khal").write_text("[calendars]\n" + "".join(
            f"[[{name}]]\npath = {folder}/{name}\nreadonly = True\n" for name in addresses)
            + "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\n"
              "longdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
              f"[sqlite]\npath = {folder}/khal.db\n")
        for name in addresses:
            (folder / name).mkdir()
        self._run("vdirsyncer", "-c", str(folder / "vdirsyncer"), "discover")

    def versions(self) -> str:
        return ", ".join(self._run(name, "--version").strip().replace(", version", "").splitlines()[0]
                         for name in PACKAGES)

    def look_again(self) -> None:
        self._run("vdirsyncer", "-c", str(self.folder / "vdirsyncer"), "sync", "--force-delete")

    def events(self, name: str) -> list[Shown]:
        """As vdirsyncer laid them down. It gives each a UID of its own making, a hash of the rest."""
        return nameless(one for path in (self.folder / name).glob("*.ics") for one in shown_by(path.read_bytes()))

    def listed(self, name: str) -> set[str]:
        """The titles of all that khal lists; what lasts several days stands in it once."""
        told = self._run("khal", "-c", str(self.folder / "khal"), "list", "-a", name, "--format", "\t{title}",
                         "--day-format", "", "2020-01-01", "2032-01-01")
        return {line[1:] for line in told.splitlines() if line.startswith("\t")}

    def _run(self, program: str, *words: str) -> str:
        done = subprocess.run([self.bin / program, *words], capture_output=True, text=True, timeout=300,
                              env=os.environ | {"HOME": str(self.folder), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
        if done.returncode:
            raise SystemExit(f"{program} {words}: {done.stdout}{done.stderr}")
        return done.stdout


def nameless(events: Iterable[Shown]) -> list[Shown]:
    """The same without UIDs."""
    return sorted(replace(one, uid="") for one in events)


def _installed(venv: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True, stderr=subprocess.DEVNULL)
    return venv / "bin"
