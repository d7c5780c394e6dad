#!/usr/bin/env bash
# Prints a Python that can run training/tests, made on first use in .cache/venv: on top of Debian's python3-torch where
# that is installed, or of the torch of TESSERA_PYTHON. Fails where no torch is found.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.cache/venv
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import torch, numpy, PIL, safetensors, pytest, tqdm' 2>/dev/null; then
  base=
  for python in ${TESSERA_PYTHON:-} /usr/bin/python3 python3; do
    if "$python" -c 'import torch' 2>/dev/null; then base=$python; break; fi
  done
  if [ -z "$base" ]; then echo 'No Python with torch found: install torch (Debian: python3-torch), or set TESSERA_PYTHON.' >&2; exit 1; fi
  rm -rf "$venv"
  "$base" -m venv --system-site-packages "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check safetensors pytest pillow tqdm
fi
echo "$venv/bin/python"
