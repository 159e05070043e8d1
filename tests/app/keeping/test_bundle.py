"""A bundle says at once when it cannot be installed here."""

from __future__ import annotations

import shutil
import subprocess

import config


def install(folder, *words):
    done = subprocess.run([folder / "install", *words], cwd="/", capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr.partition(". ")[0]


def a_bundle(folder, made_for):
    shutil.copy(config.TOP / "bin" / "install-bundle", folder / "install")
    (folder / "wheels").mkdir()
    (folder / "wheels" / "MADE_FOR").write_text(made_for + "\n")
    return folder


def test_a_bundle_for_another_machine_is_refused_and_says_for_which(tmp_path):
    bundle = a_bundle(tmp_path, "cpython-399 linux-pdp11 -")

    code, sentence = install(bundle)

    assert (code, sentence.partition(" Here")[0]) == (
        1, "This bundle is for Python and system: cpython-399 linux-pdp11 -")
    assert sorted(path.name for path in bundle.iterdir()) == ["install", "wheels"]


def test_the_repository_itself_is_no_bundle(tmp_path):
    shutil.copy(config.TOP / "bin" / "install-bundle", tmp_path / "install")

    assert install(tmp_path) == (1, "There is no wheels/ here: this is no bundle (make bundle).\n")
