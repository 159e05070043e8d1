"""What an installation may go before the public with."""

from __future__ import annotations

import secrets
import stat

import pytest

import config
from config import SettingError, encryption_fault, load, refuse_unfit, secret_fault

FIT = {"SECRET_KEY": secrets.token_urlsafe(48), "BASE_URL": "https://wujin.example.org"}


def settings(folder, **changes):
    return load({"INSTANCE_PATH": str(folder)}, **changes)


def test_a_secret_is_made_once_kept_and_readable_by_nobody_else(tmp_path):
    first, second = settings(tmp_path)["SECRET_KEY"], settings(tmp_path)["SECRET_KEY"]

    assert first == second == (tmp_path / "secret_key").read_text()
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert secret_fault(first) == ""


def test_no_start_at_all_with_a_short_secret(tmp_path):
    with pytest.raises(SettingError, match="shorter than 32"):
        settings(tmp_path, SECRET_KEY="x" * 31)


@pytest.mark.parametrize("known", [
    "k" * 48, "change-me-change-me-change-me-change-me", "my-Secret-Key-my-Secret-Key-my-Secret", "ab" * 20,
    "0123456789012345678901234567890123456789"])
def test_a_known_secret_is_refused_before_the_public(tmp_path, known):
    with pytest.raises(SettingError, match="easily guessed"):
        refuse_unfit(settings(tmp_path, SECRET_KEY=known), is_debug=False)


@pytest.mark.parametrize(("address", "host"), [
    ("http://wujin.example.org", "127.0.0.1"), ("http://192.168.1.9:8000", "192.168.1.9"),
    ("http://localhost:8000", "0.0.0.0"), ("", "0.0.0.0"), ("http://localhost.example.org", "127.0.0.1")])
def test_plain_http_is_refused_outside_this_machine(tmp_path, address, host):
    with pytest.raises(SettingError, match="https"):
        refuse_unfit(settings(tmp_path, BASE_URL=address, HOST=host), is_debug=False)


@pytest.mark.parametrize(("address", "host"), [
    ("", "127.0.0.1"), ("http://localhost:8000", "localhost"), ("http://[::1]:8000", "::1"),
    ("https://wujin.example.org", "0.0.0.0")])
def test_encryption_or_this_machine_alone_is_well(tmp_path, address, host):
    assert encryption_fault(settings(tmp_path, BASE_URL=address, HOST=host)) == ""


def test_debugging_is_refused_before_the_public(tmp_path):
    fit = settings(tmp_path, **FIT)
    refuse_unfit(fit, is_debug=False)

    with pytest.raises(SettingError, match="FLASK_DEBUG"):
        refuse_unfit(fit, is_debug=True)


@pytest.mark.parametrize(("name", "value"), [
    ("PORT", "80a"), ("WORKERS", "-1"), ("SCHEDULER", "yes"), ("BASE_URL", "wujin.example.org")])
def test_a_wrong_value_is_named_in_one_sentence(tmp_path, name, value):
    with pytest.raises(SettingError, match=rf"^{name} .*{value}") as refused:
        settings(tmp_path, **{name: value})

    assert "\n" not in str(refused.value)


def test_cookies_are_secure_when_the_address_is(tmp_path):
    told = [settings(tmp_path, BASE_URL=address)["SESSION_COOKIE_SECURE"]
            for address in ("http://127.0.0.1:8000", "https://wujin.example.org")]

    assert told == [False, True]


def test_every_setting_is_named_once():
    names = [one.name for one in config.SETTINGS]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("name", "value"), [
    ("TIMEZONE", "Mars/X"), ("PORT", "0"), ("PORT", "99999"), ("WORKERS", "0"), ("MAIL_FROM", "xx"),
    ("UID_HOST", "a b"), ("MAIL_URL", "ftp://x"), ("INSTANCE_PATH", "/proc/x"),
])
def test_what_a_page_or_a_letter_would_find_out_late_is_refused_at_the_start(tmp_path, name, value):
    with pytest.raises(SettingError, match=name):
        load({"INSTANCE_PATH": str(tmp_path), name: value})
