#!/usr/bin/env bash
# Makes a machine able to run the tests: a Chromium (end-to-end), a Vulkan driver that Dawn accepts (GPU tests in Node),
# and a small PyTorch (training tests). Installs what is missing where it may (Debian or Ubuntu, root or sudo without a
# password); where it may not, it says what to install by hand and fails. Quick when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
can_install() { command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; }
updated=
install() {
  if ! can_install; then
    say "cannot install $* here (needs apt-get as root). Please install it and run 'npm test' again."
    return 1
  fi
  [ -n "$updated" ] || "${as_root[@]}" apt-get update -qq
  updated=1
  say "installing $*"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# 1. Chromium: TESSERA_CHROMIUM names another one.
if ! node scripts/chromium.mjs --check; then
  install chromium || exit 1
  node scripts/chromium.mjs --check || { say 'no Chromium found: set TESSERA_CHROMIUM to its path.'; exit 1; }
fi

# 2. PyTorch for the training tests: any python3 that has torch, or Debian's small CPU build. Before the driver: packages
# that Debian's torch drags in do not mix with a Mesa that is newer than they are, but Mesa can be upgraded under them.
if ! bash scripts/training-python.sh >/dev/null 2>&1; then
  install python3 python3-venv python3-torch python3-numpy python3-pil python3-pytest python3-tqdm python3-scipy || exit 1
  bash scripts/training-python.sh >/dev/null
fi

# 3. A Vulkan driver. Debian 12's own Mesa (22.3) is refused by Dawn, the one of bookworm-backports (25) is accepted.
if ! node scripts/check-adapter.mjs; then
  if can_install; then
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    suite="$codename-backports"
    if [ "$codename" = bookworm ] && ! grep -rqs "$suite" /etc/apt/sources.list /etc/apt/sources.list.d; then
      # The same archive as the machine's own entry, another suite.
      # Either file may be missing, depending on how the machine was made.
      uri=$({ cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true; } |
        sed -n -e 's/^URIs: *\([^ ]*debian\/\{0,1\}\) *$/\1/p' -e 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) bookworm main.*/\2/p' | head -n 1)
      signed=$({ cat /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } | sed -n 's/^Signed-By: *\(.*debian-archive.*\)/\1/p' | head -n 1)
      if [ -n "$uri" ]; then
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n%s' "$uri" "$suite" "${signed:+Signed-By: $signed
}" | "${as_root[@]}" tee /etc/apt/sources.list.d/tessera-backports.sources >/dev/null
        updated=
      fi
    fi
    if grep -rqs "$suite" /etc/apt/sources.list /etc/apt/sources.list.d; then install -t "$suite" mesa-vulkan-drivers libvulkan1; else install mesa-vulkan-drivers libvulkan1; fi
  fi
  node scripts/check-adapter.mjs --explain
fi

say 'ready'
