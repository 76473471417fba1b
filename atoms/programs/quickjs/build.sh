#!/usr/bin/env bash
# Builds Debian's QuickJS, unchanged, with script.c as a WASI program, and has wizer start its engine at build time: build.sh OUT.wasm
# Needs clang-14, lld-14, wasi-libc and libclang-rt-14-dev-wasm32, npm, and an apt that reaches Debian's sources.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="$(realpath -m "$1")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Debian has it from trixie on. The lists are of their own: the machine's stay as they are.
mkdir -p "$work/lists/partial" "$work/parts" "$work/objects"
cat >"$work/parts/trixie.sources" <<END
Types: deb-src
URIs: $(sed -nE 's/^URIs: *([^ ]+).*|^deb (\[[^]]*\] )?([^ ]+).*/\1\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::State::lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=)
"${apt[@]}" update
cd "$work" && "${apt[@]}" source --download-only quickjs
tar -xf quickjs_*.orig.tar.* --strip-components=1
npm install --silent --no-audit --no-fund --prefix "$work/npm" @bytecodealliance/wizer@11.0.3

# Its switches for a system without threads are those of emscripten.
flags=(--target=wasm32-wasi -O2 -w -I. -I"$here/../lua" -D_GNU_SOURCE -DEMSCRIPTEN -D__EMSCRIPTEN__ -DCONFIG_VERSION="\"$(cat VERSION)\"")
sources=(quickjs.c libregexp.c libunicode.c cutils.c "$here/script.c")
for more in dtoa.c libbf.c; do [ ! -f "$more" ] || sources+=("$more"); done
for file in "${sources[@]}"; do
  clang-14 "${flags[@]}" -c "$file" -o "objects/$(basename "$file" .c).o" &
  [ "$(jobs -r | wc -l)" -lt "$(nproc)" ] || wait -n
done
wait
clang-14 --target=wasm32-wasi -fuse-ld="$(command -v wasm-ld-14)" -Wl,--stack-first -Wl,-z,stack-size=1048576 objects/*.o -o plain.wasm
# The engine looks at the clock once, when it starts.
npm/node_modules/.bin/wizer --allow-wasi plain.wasm -o started.wasm
mkdir -p "$(dirname "$out")"
cp started.wasm "$out"
