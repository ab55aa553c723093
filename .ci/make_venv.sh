#!/usr/bin/env bash
# make_venv.sh FOLDER [PYTHON]: makes a virtual environment with a Python that cnnviz runs on.
# A folder that already holds a working one is left as it is.
set -euo pipefail
folder=$1
chosen=${2:-}

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; }

if [ -x "$folder/bin/python" ] && suits "$folder/bin/python" && "$folder/bin/python" -m pip --version >/dev/null 2>&1
then
    exit 0
fi

candidates=${chosen:-python3 python3.13 python3.12 python3.11 python3.14 python}
python=
for candidate in $candidates; do
    if suits "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "cnnviz needs Python 3.11 to 3.14 (looked for: $candidates); install one (Debian, Ubuntu: sudo apt-get" \
        "install python3 python3-venv) or name it (make PYTHON=/path/to/python3)." >&2
    exit 1
fi

# Debian and Ubuntu split ensurepip from the interpreter, under a name that has its version.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    "$(dirname "$0")/system.sh" venv "$version-venv"
fi
"$python" -m venv --clear "$folder"
