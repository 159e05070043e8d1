"""`python -m bench.served PORT`: one web worker with the threads that `app.serve` gives it, and nothing else."""

from __future__ import annotations

import sys

import granian
from granian.constants import Interfaces

from app.serve import LOGS, THREADS

if __name__ == "__main__":
    granian.Granian("app.serve:web", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI,
                    factory=True, workers=1, blocking_threads=THREADS, log_level="warning",
                    log_dictconfig=LOGS).serve()
