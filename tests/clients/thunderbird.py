"""Thunderbird in a window that nobody sees (Xvfb): subscribed to feeds, and opening letters."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, uuid5

from tests.clients.story import Shown

NEEDED = ("thunderbird", "Xvfb", "import")  # Debian: thunderbird, xvfb, imagemagick
PATIENCE = 90  # seconds for it to start and to fetch
QUIET = {
    "app.donation.eoy.version.viewed": 999, "app.update.enabled": False, "browser.cache.disk.enable": False,
    "calendar.alarms.show": False, "calendar.timezone.local": "Asia/Shanghai", "calendar.timezone.useSystemTimezone":
    False, "calendar.week.start": 1, "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False, "extensions.update.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True, "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True, "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore", "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
ACCOUNT = {  # of Li, who is written to: an invitation is for one of the reader's own addresses
    "mail.accountmanager.accounts": "account1", "mail.account.account1.server": "server1",
    "mail.account.account1.identities": "id1", "mail.accountmanager.defaultaccount": "account1",
    "mail.server.server1.type": "none", "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.userName": "nobody", "mail.server.server1.name": "Local Folders",
    "mail.identity.id1.useremail": "li@example.org", "mail.identity.id1.fullName": "李老师",
    "mail.identity.id1.valid": True,
    # One to write to, or it offers no button for an invitation.
    "calendar.registry.own.type": "storage", "calendar.registry.own.uri": "moz-storage-calendar://",
    "calendar.registry.own.name": "own", "calendar.registry.own.imip.identity.key": "id1",
}


def lacking() -> list[str]:
    return [name for name in NEEDED if not shutil.which(name)]


class Thunderbird:
    def __init__(self, folder: Path, addresses: Mapping[str, str]) -> None:
        self.folder, self.profile = folder, folder / "profile"
        self.profile.mkdir(parents=True)
        self.ids = {name: str(uuid5(NAMESPACE_URL, address)) for name, address in addresses.items()}
        prefs = QUIET | ACCOUNT
        for name, address in addresses.items():
            at = f"calendar.registry.{self.ids[name]}."
            prefs |= {at + "type": "ics", at + "uri": address, at + "name": name, at + "cache.enabled": True,
                      at + "readOnly": True, at + "calendar-main-in-composite": True, at + "refreshInterval": "30"}
        (self.profile / "user.js").write_text("".join(
            f'user_pref("{name}", {_as_script(value)});\n' for name, value in prefs.items()))

    @staticmethod
    def version() -> str:
        return subprocess.run(["thunderbird", "--version"], capture_output=True, text=True).stdout.split("\n")[-2]

    def look_again(self, picture: Path, until: Callable[[], bool]) -> None:
        """Started anew it fetches at once; ended when `until` says so, or nothing more is to be hoped for."""
        with self.started("-calendar") as display:
            _wait(until)
            _picture(display, picture)

    def open(self, letter: Path, picture: Path) -> None:
        with self.started("-file", str(letter)) as display:
            time.sleep(45)  # nothing tells when its window is there
            _picture(display, picture)

    def events(self, name: str) -> list[Shown]:
        """What lies in its own store of one calendar."""
        rows: list[tuple[str, str, int, str, str]] = []
        with TemporaryDirectory() as copy:  # it locks its own for as long as it runs
            for path in (self.profile / "calendar-data").glob("cache.sqlite*"):
                shutil.copy(path, copy)
            with closing(sqlite3.connect(Path(copy) / "cache.sqlite")) as store, suppress(sqlite3.DatabaseError):
                rows = store.execute("SELECT id, title, event_start, event_start_tz, ical_status FROM cal_events "
                                     "WHERE cal_id = ?", (self.ids[name],)).fetchall()
        return sorted(Shown(uid, title, _told(start, zone), status == "CANCELLED")
                      for uid, title, start, zone, status in rows)

    @contextmanager
    def started(self, *words: str) -> Iterator[str]:
        """On a display of its own, until the block is left."""
        with _display() as display:
            environment = os.environ | {
                "DISPLAY": display, "HOME": str(self.folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1", "TZ": "Asia/Shanghai", "LANG": "C.UTF-8",
                "MOZ_CRASHREPORTER_DISABLE": "1"}
            with (self.folder / "log").open("ab") as log:
                process = subprocess.Popen(
                    ["thunderbird", "--no-remote", "--profile", str(self.profile), *words], env=environment,
                    stdout=log, stderr=log, start_new_session=True)
            try:
                yield display
            finally:
                _end(process)


def _told(start: int, zone: str) -> str:
    """Its moments are microseconds of UTC; whole days are floating midnights."""
    moment = datetime.fromtimestamp(start / 1_000_000, UTC)
    return f"{moment:%Y-%m-%d}" if zone == "floating" else f"{moment:%Y-%m-%dT%H:%MZ}"


def _as_script(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'


def _wait(until: Callable[[], bool]) -> None:
    for _ in range(PATIENCE):
        if until():
            time.sleep(5)  # for the window to show it
            return
        time.sleep(1)


def _picture(display: str, path: Path) -> None:
    subprocess.run(["import", "-display", display, "-window", "root", str(path)], check=True, timeout=60)


@contextmanager
def _display() -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
                              pass_fds=(writing,), stderr=subprocess.DEVNULL, start_new_session=True)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        _end(server)


def _end(process: subprocess.Popen[bytes]) -> None:
    """This process and those that it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
            return
