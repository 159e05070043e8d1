# Everything a newcomer types. The work is in bin/; stamps in .venv make a second start immediate.

PYTHON := .venv/bin/python
RUNTIME := .venv/requirements.lock.installed
TESTS := .venv/requirements-test.lock.installed
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/*.po))
KILLS ?= 20

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run start test look bench crash clients lint lock bundle

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: $(RUNTIME) $(TRANSLATIONS) ## serve the demonstration; HOST and PORT choose where
	@exec $(PYTHON) -m app.serve --demo

start: $(RUNTIME) $(TRANSLATIONS) ## serve the real installation, once 'flask setup' has made its office
	@exec $(PYTHON) -m app.serve

test: $(TESTS) $(TRANSLATIONS) ## lint, types and all tests, the browser's included
	@bin/test

look: $(TESTS) $(TRANSLATIONS) ## page tests at all widths, themes and languages, screenshots kept
	@LOOK=all bin/browser-tests

bench: $(TESTS) $(TRANSLATIONS) ## measure; figures are printed, never asserted
	@exec $(PYTHON) -m bench

crash: $(TESTS) $(TRANSLATIONS) ## kill the sender KILLS times and count lost and doubled letters
	@exec $(PYTHON) -m tests.crash --kills $(KILLS)

clients: $(TESTS) $(TRANSLATIONS) ## subscribe khal and Thunderbird to the demonstration and compare what they show
	@exec $(PYTHON) -m tests.clients

lint: $(TESTS) ## ruff and mypy
	@bin/lint

lock: .venv/requirements-install.lock.installed ## pin requirements*.txt again; UPGRADE=1 takes newer versions
	@bin/lock

bundle: $(RUNTIME) ## one file with everything, for a machine without internet; TESTS=1 adds the tests'
	@bin/bundle

.venv/%.lock.installed: %.lock bin/install
	@bin/install $<

# The catalogue is one for all languages' programs: a fuzzy entry stays in Chinese rather than say something wrong.
%.mo: %.po | $(RUNTIME)
	@$(PYTHON) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@
