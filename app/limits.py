"""Work on what strangers send runs in a child process with a ceiling on memory and time, and without our secrets.

The child reads one line of JSON and then the bytes to work on; it answers in lines of JSON: how far it is, and at
the end a result or a sentence. Nothing but text passes between the two.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

MEMORY = 512 * 1024 * 1024
SECONDS = 60
LONGEST_ANSWER = 32 * 1024 * 1024
LOOK_EVERY = 0.25

TOO_LONG = "处理时间太长，已经停下。请把内容分成几份再试。"
TOO_LARGE = "内容太大，处理不了。请把内容分成几份再试。"
BROKEN = "文件读不出来，可能已经损坏。请用表格软件打开、另存一份再试。"

TOP = Path(__file__).resolve().parent.parent

Progress = Callable[[int, int], None]


class Unfit(Exception):
    """What was sent cannot be worked on; its sentence goes to whoever sent it."""


class Stopped(Exception):
    """The machine stops; the work was broken off and may be done later."""


def run(work: str, payload: Mapping[str, Any], attachment: bytes, *, told: Progress,
        is_stopped: Callable[[], bool] = lambda: False, seconds: float = SECONDS, memory: int = MEMORY) -> Any:
    """The result of the function `work` ("app.sheets:read") in a child of its own.

    :raises Unfit: with a sentence, when it refused, died, or took too much of anything.
    :raises Stopped: when `is_stopped()` became true meanwhile.
    """
    with tempfile.TemporaryFile() as question:
        question.write(json.dumps({"work": work, "payload": dict(payload), "memory": memory,
                                   "seconds": int(seconds) + 1}).encode() + b"\n" + attachment)
        question.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "app.limits"], stdin=question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=TOP, env={"PYTHONUTF8": "1"}, start_new_session=True)
        try:
            return _heard(child, told, is_stopped, time.monotonic() + seconds)
        finally:
            _end(child)


def _heard(child: subprocess.Popen[bytes], told: Progress, is_stopped: Callable[[], bool], until: float) -> Any:
    assert child.stdout is not None
    waiting, length, rest = selectors.DefaultSelector(), 0, b""
    waiting.register(child.stdout, selectors.EVENT_READ)
    with waiting:
        while time.monotonic() < until:
            if is_stopped():
                raise Stopped
            if not waiting.select(LOOK_EVERY):
                continue
            piece = os.read(child.stdout.fileno(), 65536)
            length += len(piece)
            if not piece:
                raise Unfit(TOO_LONG if child.wait() == -signal.SIGXCPU else TOO_LARGE)
            if length > LONGEST_ANSWER:
                raise Unfit(TOO_LARGE)
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                said = json.loads(line)
                if "refused" in said:
                    raise Unfit(said["refused"])
                if "result" in said:
                    return said["result"]
                told(said["done"], said["total"])
    raise Unfit(TOO_LONG)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def main() -> None:
    """The child."""
    asked = json.loads(sys.stdin.buffer.readline())
    attachment = sys.stdin.buffer.read()
    module, _, name = asked["work"].partition(":")
    function = getattr(importlib.import_module(module), name)
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = {"result": function(attachment, _tell, **asked["payload"])}
    except Unfit as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": TOO_LARGE}
    except Exception:  # the words of a stranger's file are in the trace: only that it is broken is told
        answer = {"refused": BROKEN}
    _say(answer)


def _tell(done: int, total: int) -> None:
    _say({"done": done, "total": total})


def _say(words: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(words, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    from app import limits  # one `Unfit`, whoever raises it: here the module is called __main__

    limits.main()
