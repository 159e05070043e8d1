"""The file of a backup: a zip of parts, and a manifest that says what each must be."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from app.errors import Refused

FORMAT, VERSION = "wujin-backup", 1
MANIFEST, SECRET = "manifest.json", "secret_key"
CHUNK = 1 << 20
_NAME = r"\w[\w.-]*"
_PART = re.compile(rf"secret_key|tables/\w+\.jsonl|files/{_NAME}(?:/{_NAME})*", re.ASCII)

Tell = Callable[[int], None]


class Unusable(Refused):
    """The file is no backup, or not one that can be trusted."""


@dataclass(slots=True)
class Manifest:
    """What a backup holds. `parts` are the octets and the SHA-256 of each, as they stand unpacked."""

    made_at: str
    schema: str
    database: str
    uid_host: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())

    @property
    def files(self) -> list[str]:
        return [name for name in self.parts if name.startswith("files/")]

    @property
    def octets(self) -> int:
        return sum(part["size"] for part in self.parts.values())

    @property
    def id(self) -> str:
        """Its name in the audit: over everything it holds, as the manifest has the hash of every part."""
        return hashlib.sha256(self.json()).hexdigest()[:16]

    def json(self) -> bytes:
        return json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, ensure_ascii=False,
                          indent=1).encode()

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        """:raises Unusable: for anything but a manifest of ours."""
        try:
            values = json.loads(data)
            if values.pop("format") != FORMAT:
                raise ValueError
            version = values.pop("version")
            if version != VERSION:
                raise Unusable(f"this backup is of format {version}; this Wujin reads format {VERSION}")
            found = cls(**values)
            named = [f"tables/{name}.jsonl" for name in found.tables]
            if not all(_PART.fullmatch(name) for name in found.parts) or not {SECRET, *named} <= set(found.parts):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unusable("this is no backup of Wujin, or its manifest is damaged") from error
        return found


class Writing:
    """A new archive, put together beside its place and moved there when it is whole."""

    def __init__(self, zip: zipfile.ZipFile, manifest: Manifest, made_at: datetime) -> None:
        self._zip, self.manifest, self._made_at = zip, manifest, made_at

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, self._made_at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as part:
            for chunk in chunks:
                part.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.manifest.parts[name] = {"size": size, "sha256": digest.hexdigest()}


@contextmanager
def writing(path: Path, manifest: Manifest, made_at: datetime) -> Iterator[Writing]:
    """Readable by its owner alone: it holds the secret and people's names. Nothing is left where it fails."""
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zip:
                yield Writing(zip, manifest, made_at)
                zip.writestr(MANIFEST, manifest.json())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Archive:
    """A backup that is read. Nothing of it is believed before `verify`."""

    def __init__(self, zip: zipfile.ZipFile) -> None:
        self._zip = zip
        self.manifest = Manifest.read(self._first_of(MANIFEST))

    def verify(self, tell: Tell = lambda _octets: None) -> None:
        """Reads every part to its end.

        :raises Unusable: when one is missing, too many, cut or altered.
        """
        wanted = self.manifest.parts
        names = self._zip.namelist()
        if sorted(names) != sorted([*wanted, MANIFEST]):
            raise Unusable("the backup is damaged: its parts are not those that its manifest names")
        for name, part in wanted.items():
            digest, size = hashlib.sha256(), 0
            for chunk in self.chunks(name):
                digest.update(chunk)
                size += len(chunk)
                if size > part["size"]:
                    break
                tell(len(chunk))
            if (size, digest.hexdigest()) != (part["size"], part["sha256"]):
                raise Unusable(f"the backup is damaged: {name} is not what was written")

    def chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, OSError, EOFError, KeyError, NotImplementedError, zlib.error) as error:
            raise Unusable(f"the backup is damaged: {name} cannot be read") from error

    def batches(self, table: str, size: int) -> Iterator[list[bytes]]:
        """The rows of a table, so many at a time."""
        with self._zip.open(f"tables/{table}.jsonl") as part:
            batch: list[bytes] = []
            for line in part:
                batch.append(line)
                if len(batch) == size:
                    yield batch
                    batch = []
            if batch:
                yield batch

    @property
    def secret(self) -> str:
        return b"".join(self.chunks(SECRET)).decode()

    def _first_of(self, name: str) -> bytes:
        if name not in self._zip.namelist() or self._zip.getinfo(name).file_size > 64 * CHUNK:
            raise Unusable("this is no backup of Wujin")
        return b"".join(self.chunks(name))


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """:raises Unusable: for what is no zip."""
    try:
        zip = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unusable("this is no backup of Wujin, or it was cut off") from error
    with zip:
        yield Archive(zip)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
