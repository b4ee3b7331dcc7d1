# `make demo` shows Linnet at work, `make test` tests it; both need nothing but Python 3.11+, git and make.
# PYTHON=/path/to/python3 chooses the interpreter of the virtual environment.

SHELL = /bin/sh
BIN = .venv/bin
# Each stamp says that the environment holds what pyproject.toml asked for at that time.
RUN = .venv/.ready-run
TEST = .venv/.ready-test
DEV = .venv/.ready-dev
# The checker is part of its package; it need not ask whether there is a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1
export PYTHON

.PHONY: help demo test check test-real dist vsix render clean distclean

help:
	@echo "make demo       see Linnet at work on a sample workspace"
	@echo "make test       run the tests; needs nothing but Python packages"
	@echo "make check      format, lint, types, layers and the fast tests: the inner loop"
	@echo "make test-real  tests with real programs, installed into a cache folder"
	@echo "make dist       build wheel, sdist, and the packages for VS Code and Neovim into dist/"
	@echo "make vsix       build the wheel, and the extension for VS Code that brings it, into dist/"
	@echo "make render     write the files that are made from the declaration of settings"
	@echo "make clean      remove what was built; make distclean removes .venv as well"

demo: $(RUN)
	@$(BIN)/linnet demo

test: $(TEST)
	$(BIN)/python -m pytest --numprocesses=auto

check: $(DEV)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/python -m linnet_server.settings
	$(BIN)/python -m pytest --quiet --numprocesses=auto -m "not slow"

test-real: dist
	$(BIN)/python -m pytest --verbose tests/real

dist: $(DEV)
	rm -rf dist
	$(BIN)/python -m build --sdist --outdir dist
	$(MAKE) vsix
	$(BIN)/python tools/pack_neovim.py dist

vsix: $(DEV)
	mkdir -p dist
	rm -rf dist/*.whl dist/*.vsix editors/vscode/server
	$(BIN)/python -m build --wheel --outdir dist
	mkdir editors/vscode/server
	cp dist/*.whl editors/vscode/server
	cd editors/vscode && ../../tools/npm ci --ignore-scripts --no-fund --no-audit
	cd editors/vscode && ../../tools/npm run package

render: $(RUN)
	$(BIN)/python -m linnet_server.settings --write

clean:
	rm -rf build dist editors/vscode/dist editors/vscode/server editors/vscode/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find context completions server tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv

$(BIN)/python:
	@tools/make-venv

$(RUN): pyproject.toml $(BIN)/python
	@tools/install
	@touch $@

$(TEST): pyproject.toml $(BIN)/python
	@tools/install test
	@touch $(RUN) $@

$(DEV): pyproject.toml $(BIN)/python
	@tools/install test dev train
	@touch $(RUN) $(TEST) $@
