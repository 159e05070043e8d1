import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
LOCKS = sorted(path.name for path in TOP.glob("requirements*.lock"))


def lines(lock: str) -> list[str]:
    return (TOP / lock).read_text(encoding="utf-8").splitlines()


def pins(lock: str) -> set[str]:
    return {line.rstrip(" \\") for line in lines(lock) if re.match(r"[a-z0-9]", line)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_packages_and_no_place_where_they_lie(lock: str) -> None:
    places = [line for line in lines(lock) if re.search(r"://|file:| @ |^-", line)]

    assert places == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_has_a_hash(lock: str) -> None:
    followed_by_a_hash = {
        line.rstrip(" \\") for line, following in zip(lines(lock), [*lines(lock)[1:], ""], strict=True)
        if "==" in line and following.startswith("    --hash=sha256:")
    }

    assert followed_by_a_hash == pins(lock)


def test_the_tests_try_the_very_versions_that_run() -> None:
    assert pins("requirements.lock") - pins("requirements-test.lock") == set()
