"""`python -m tests.clients [--tools FOLDER] [--pictures FOLDER]`: subscribes khal and Thunderbird, and compares.

The demonstration is served on 127.0.0.1 from a folder that is thrown away. Its events are moved, cancelled and
restored; before and after, each program must have the very events that the feed says. Ends with 1 where one has not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.browser.conftest import free_port, served
from tests.clients import story, thunderbird
from tests.clients.khal import Khal, nameless
from tests.clients.story import SLICES, Shown, Story, served_at
from tests.clients.thunderbird import Thunderbird

Steps = Mapping[str, Callable[[], None]]


class Tally:
    """Says what agrees as it is found, and remembers what did not."""

    def __init__(self) -> None:
        self.wrong = 0

    def compare(self, program: str, step: str, name: str, expected: object, found: object, count: int) -> None:
        is_right = expected == found
        self.wrong += not is_right
        word = "as served" if is_right else "DIFFERENT"
        print(f"  {program:12} {step:9} {name:9} {count:4} events  {word}", flush=True)
        if not is_right:
            print(f"    served: {expected}\n    shown:  {found}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("--tools", default="", help="where khal and vdirsyncer lie, if not from PyPI")
    parser.add_argument("--pictures", default=".screenshots/clients", type=Path, help="where pictures are kept")
    asked = parser.parse_args()
    asked.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wujin-clients-") as folder:
        sys.exit(1 if subscribe(Path(folder), asked.tools, asked.pictures.resolve()) else 0)


def subscribe(folder: Path, tools: str, pictures: Path) -> int:
    """How much was different."""
    port = free_port()
    (folder / "wujin").mkdir()
    with served(folder / "wujin", port, "--demo"):
        base_url = f"http://127.0.0.1:{port}"
        addresses = {name: base_url + path for name, path in SLICES.items()}
        told, tally = story.of(folder / "wujin" / "demo", base_url), Tally()
        khal = _khal(folder, addresses, tools)
        bird = _thunderbird(folder, addresses)
        letters = {}
        steps: Steps = {"before": told.sign_up, "moved": told.move, "cancelled": told.cancel,
                        "restored": told.restore}
        for step, act in steps.items():
            act()
            letters[step] = told.letter()
            expected = {name: served_at(address) for name, address in addresses.items()}
            print(f"\n{step}: {_line(told, expected)}")
            _ask_khal(khal, step, expected, tally)
            if bird:
                _ask_thunderbird(bird, step, expected, pictures, tally)
        if bird:
            _open_letters(bird, letters, folder, pictures)
    print(f"\n{tally.wrong} differences; pictures lie in {pictures}" if bird else f"\n{tally.wrong} differences")
    return tally.wrong


def _khal(folder: Path, addresses: Mapping[str, str], tools: str) -> Khal:
    (folder / "khal").mkdir()
    khal = Khal(folder / "khal", addresses, tools)
    print(khal.versions())
    return khal


def _thunderbird(folder: Path, addresses: Mapping[str, str]) -> Thunderbird | None:
    if missing := thunderbird.lacking():
        print(f"NOT TRIED: Thunderbird, for this machine has no {', '.join(missing)}")
        return None
    print(Thunderbird.version())
    return Thunderbird(folder / "thunderbird", addresses)


def _ask_khal(khal: Khal, step: str, expected: Mapping[str, list[Shown]], tally: Tally) -> None:
    khal.look_again()
    for name, events in expected.items():
        tally.compare("vdirsyncer", step, name, nameless(events), khal.events(name), len(events))
        tally.compare("khal", step, name, {one.title for one in events}, khal.listed(name), len(events))


def _ask_thunderbird(bird: Thunderbird, step: str, expected: Mapping[str, list[Shown]], pictures: Path,
                     tally: Tally) -> None:
    bird.look_again(pictures / f"thunderbird-{step}.png",
                    until=lambda: all(bird.events(name) == events for name, events in expected.items()))
    for name, events in expected.items():
        tally.compare("Thunderbird", step, name, events, bird.events(name), len(events))


def _open_letters(bird: Thunderbird, letters: Mapping[str, bytes], folder: Path, pictures: Path) -> None:
    """What they look like is for people to see: the pictures are kept."""
    for step, kind in {"before": "request", "moved": "update", "cancelled": "cancel"}.items():
        path = folder / f"{kind}.eml"
        path.write_bytes(letters[step])
        bird.open(path, pictures / f"thunderbird-letter-{kind}.png")
        print(f"  Thunderbird  opened the letter: {kind}")


def _line(told: Story, expected: Mapping[str, list[Shown]]) -> str:
    return next(f"{one.title}, {one.starts}" for one in expected["all"] if one.uid == told.uid)


if __name__ == "__main__":
    main()
