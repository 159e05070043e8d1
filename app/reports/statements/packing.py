"""A zip being written straight to a file, so that memory stays small however many photos there are."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

from app.exporting import csv_of
from app.files import StoredFile

PACKED_ALREADY = ("image/", "application/pdf", "application/zip", "application/vnd.openxmlformats")
_UNFIT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


class Pack:
    """What is put into it is listed with its SHA-256; `files` are the pieces of evidence in it."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._rows: list[list[str]] = []
        self._taken: set[str] = set()
        self.files = 0

    def add(self, name: str, words: bytes) -> None:
        name = self._free(name)
        self._zip.writestr(name, words)
        self._rows.append([name, str(len(words)), hashlib.sha256(words).hexdigest()])

    def add_sheet(self, name: str, path: Path) -> None:
        """A file that was made for the pack alone; it is taken away."""
        self.add(name, path.read_bytes())
        path.unlink()

    def add_file(self, folder: str, file: StoredFile) -> str:
        """Its name in the pack; empty where the file itself is missing, which the list then says."""
        name = self._free(f"{folder}/{safe(file.name)}")
        if not file.path.is_file():
            self._rows.append([name, "0", "文件缺失"])
            return ""
        method = zipfile.ZIP_STORED if file.type.startswith(PACKED_ALREADY) else zipfile.ZIP_DEFLATED
        self._zip.write(file.path, name, method)
        self._rows.append([name, str(file.size), file.sha256])
        self.files += 1
        return name

    def close(self) -> None:
        self._zip.writestr("清单.csv", csv_of([("文件", "字节", "SHA-256"), *self._rows]))
        self._zip.close()

    def _free(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        number, wanted = 1, name
        while wanted in self._taken:
            number += 1
            wanted = f"{stem}（{number}）{dot}{ending}" if dot and "/" not in ending else f"{name}（{number}）"
        self._taken.add(wanted)
        return wanted


def safe(name: str) -> str:
    """A name that every system can unpack: nothing that leads elsewhere, and not too long."""
    plain = _UNFIT_IN_NAMES.sub("_", name).strip(" .")
    return plain[:60] if len(plain) <= 60 else plain[:52] + plain[-8:]
