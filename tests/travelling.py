"""`python -m tests.travelling`: does what a scheduler does at each moment that it is told, line by line."""

from __future__ import annotations

import sys
from datetime import datetime

from app import create_app
from app.db import acting_as, db
from app.outbox import sending
from app.reminders import due


def main() -> None:
    app = create_app()
    print("ready", flush=True)
    with app.app_context(), acting_as("job"):
        for line in sys.stdin:
            as_of = datetime.fromisoformat(line.strip())
            while not due.tick(as_of).is_finished:
                db.session.commit()
            db.session.commit()
            while sending.deliver(as_of):
                pass
            print("done", flush=True)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
