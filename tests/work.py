"""Work for tests of jobs, done in a child process."""

from __future__ import annotations

import os
import time

from app.limits import Progress, Unfit


def count(attachment: bytes, told: Progress, *, of: int) -> dict[str, object]:
    for number in range(1, of + 1):
        told(number, of)
    return {"bytes": len(attachment), "secret": os.environ.get("SECRET_KEY", "")}


def refuse(attachment: bytes, told: Progress) -> None:
    raise Unfit("这个文件不行。")


def eat(attachment: bytes, told: Progress) -> int:
    return len(bytearray(2_000_000_000))


def die(attachment: bytes, told: Progress) -> None:
    os._exit(3)


def stumble(attachment: bytes, told: Progress) -> None:
    raise ValueError("words of a stranger's file")


def sleep(attachment: bytes, told: Progress) -> None:
    told(1, 2)
    time.sleep(120)
