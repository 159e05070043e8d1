from concurrent.futures import ThreadPoolExecutor

from app.accounts import failures
from app.accounts.browsers import SignInFailure
from app.accounts.failures import LockedOut
from app.db import db
from tests.conftest import AS_OF


def test_of_twelve_tries_at_once_five_are_looked_at(either_app):
    def a_try(number):
        with either_app.app_context():
            try:
                failures.take_try(failures.bounds("person:1", f"203.0.113.{number}"), AS_OF)
                db.session.commit()
                return "looked at"
            except LockedOut:
                db.session.rollback()
                return "refused"

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(a_try, range(12)))

    assert sorted(answers) == ["looked at"] * 5 + ["refused"] * 7
    assert sorted(row.count for row in db.session.query(SignInFailure)) == [1] * 5 + [5]
