# make run: the site.  make test: the tests.  make dev, make lint, make bench, make docs, make lock: for who works on it.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
PIP = .venv/bin/pip --disable-pip-version-check

.PHONY: run dev test faults lint bench docs lock messages screenshots
export CHROMIUM

run: .venv/run
	@exec .venv/bin/python -m operations.bootstrap

dev: .venv/dev
	@exec .venv/bin/python -m operations.bootstrap --dev

test: .venv/dev
	.venv/bin/python -m pytest -n auto --maxprocesses 6

# What takes half an hour: kills, full disks, restarts. It needs root for some of it.
faults: .venv/dev
	.venv/bin/python -m pytest -m slow -v tests/faults

lint: .venv/dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djade --check --target-version 5.2 $$(git ls-files --cached --others --exclude-standard 'templates/*.html')
	.venv/bin/lint-imports
	.venv/bin/mypy
	SECRET_KEY=lint .venv/bin/python manage.py makemigrations --check --dry-run

bench: .venv/dev
	.venv/bin/python -m bench

docs: .venv/run
	SECRET_KEY=docs .venv/bin/python -m tools.write_settings_docs

.venv/python:
	@test -n "$(PYTHON)" || { echo "Verdict needs Python 3.11 or later, with venv."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run: requirements.txt | .venv/python
	$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/python .venv/run
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# Both files for every Python from 3.11 on, with hashes, naming no host.
LOCK = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet
lock:
	$(LOCK) -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt

# The catalogues of the translations: gathers the strings anew, and compiles (needs gettext).
messages: .venv/dev
	SECRET_KEY=messages .venv/bin/python manage.py makemessages -l de -l es -l ja -e html,py,txt \
		--no-location --no-wrap --no-obsolete -i .venv -i bench -i tests -i var
	sed -i /POT-Creation-Date/d locale/*/LC_MESSAGES/django.po
	for language in de es ja; do \
		msgfmt --check -o locale/$$language/LC_MESSAGES/django.mo locale/$$language/LC_MESSAGES/django.po; done

# The pictures of the README.
screenshots: .venv/dev
	SCREENSHOTS=docs/img .venv/bin/python -m pytest tests/browser/test_screenshots.py
