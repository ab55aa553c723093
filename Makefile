# make run      set up everything and open the app        make install   the set-up alone, into .venv/
# make test     set up, run every test                    make check     style, types, import rules, file sizes
# make bench    the measured claims of the README         make bench-rivals  the same beside Keras (installs TensorFlow)
# make clean    remove what the others made, except .venv/
# make triples  a thousand random values of every layer kind, forward and back, against PyTorch (a quarter of an hour)
#
# PYTHON=python3.12 chooses the interpreter. PIP_FLAGS are handed to pip, for example on a Linux machine without a GPU
# PIP_FLAGS="--extra-index-url https://download.pytorch.org/whl/cpu" (saves gigabytes of CUDA packages).

.PHONY: run install test check bench bench-rivals triples clean help
.DEFAULT_GOAL := help

VENV := .venv
RIVALS := .venv-rivals
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP_FLAGS ?=
DEMO := build/demo

ifeq ($(shell uname -s),Linux)
HAS_DISPLAY := $(if $(DISPLAY)$(WAYLAND_DISPLAY),yes)
else
HAS_DISPLAY := yes
endif

help:
	@sed -n '1,8s/^# \{0,1\}//p' Makefile

run: $(READY)
ifeq ($(HAS_DISPLAY),yes)
	@$(BIN)/python -m cnnviz
else
	@echo "No display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open."
	@echo "Running the scripted demo on a virtual screen instead; its pictures go to $(DEMO)/."
	@.ci/system.sh xvfb
	@$(BIN)/python .ci/xvfb.py $(BIN)/python -m cnnviz demo --out $(DEMO)
endif

install: $(READY)

# The stamp is touched last, so an interrupted set-up is taken up again; pip leaves alone what is already right.
$(READY): pyproject.toml constraints.txt
	@.ci/make_venv.sh $(VENV) $(PYTHON)
	@echo "Setting up in $(VENV)/ (about 1.5 GB with PyTorch and Qt; takes a few minutes the first time)."
	@$(BIN)/python -m pip install --disable-pip-version-check $(PIP_FLAGS) \
		--constraint constraints.txt --editable ".[test,dev]"
	@.ci/system.sh qt $(BIN)/python
	@touch $@

test: $(READY)
	@[ "$$(uname -s)" != Linux ] || .ci/system.sh xvfb
	@$(BIN)/python .ci/tests.py

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/sizes.py

bench: $(READY)
	$(BIN)/python -m benchmarks

triples: $(READY)
	CNNVIZ_TRIPLES=1000 $(BIN)/python -m pytest tests/contract/layers/test_triples.py -p no:pytest-qt -n 2 --timeout 1800

# TensorFlow has versions of its own for what cnnviz needs, too, so it gets an environment of its own.
bench-rivals: $(READY)
	@.ci/make_venv.sh $(RIVALS) $(PYTHON)
	@$(RIVALS)/bin/python -c "import keras, tensorflow" 2>/dev/null || \
		$(RIVALS)/bin/python -m pip install --disable-pip-version-check --quiet \
		$(if $(filter Darwin,$(shell uname -s)),tensorflow,tensorflow-cpu) || \
		{ echo "TensorFlow could not be installed into $(RIVALS)/, so there is nothing to compare with." >&2; exit 1; }
	$(BIN)/python -m benchmarks keras

clean:
	rm -rf build dist runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
