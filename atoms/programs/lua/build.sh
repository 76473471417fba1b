#!/usr/bin/env bash
# Builds Debian's Lua 5.4, unchanged, as a WASI program: build.sh OUT.wasm
# Needs clang-14, lld-14, wasi-libc and libclang-rt-14-dev-wasm32, and an apt that reaches Debian's sources.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="$(realpath -m "$1")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# The sources of the packages that the machine knows, in lists of their own: the machine's stay as they are.
mkdir -p "$work/lists/partial" "$work/parts" "$work/objects"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  case "$list" in
    *.list) [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >"$work/parts/$(basename "$list")" ;;
    *.sources) sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/parts/$(basename "$list")" ;;
  esac
done
apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::State::lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=)
"${apt[@]}" update
cd "$work" && "${apt[@]}" source --download-only lua5.4
tar -xzf lua5.4_*.orig.tar.gz --strip-components=1

flags=(--target=wasm32-wasi -O2 -I"$here" -include "$here/absent.h" -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS
  -mexception-handling -mllvm -wasm-enable-sjlj)
for file in src/*.c "$here/setjmp.c"; do
  [ "$file" = src/luac.c ] || clang-14 "${flags[@]}" -c "$file" -o "objects/$(basename "$file" .c).o"
done
mkdir -p "$(dirname "$out")"
clang-14 --target=wasm32-wasi -fuse-ld="$(command -v wasm-ld-14)" objects/*.o \
  -lwasi-emulated-signal -lwasi-emulated-process-clocks -o "$out"
