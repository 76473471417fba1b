/**
 * The C++ SDK of Radon: C++20 without exceptions, over <radon.h>. Everything is in the namespace `radon`.
 *
 *     #include <radon.hpp>
 *
 *     RADON_REACTIVE([](radon::message &message) { message.reply(message.text()); })
 *
 * Rules
 * 1. Bytes go in as a `radon::bytes_view`, which strings and spans of std::byte convert to, and come out as a value that the
 *    caller owns: a std::string, or what is asked for, such as `kv::get<int>`.
 * 2. A function that can fail answers a `radon::result<T>`. Its `value()` traps, with the sentence in the log, where there is none.
 * 3. What has to be undone is an object: a mask of interrupts, the registration of a handler, a future that nobody awaits.
 * 4. Durations are std::chrono's; `radon::forever` is one without an end.
 */
#ifndef RADON_HPP
#define RADON_HPP

#if !__has_include(<string>) || !__has_include(<span>)
#error "radon.hpp needs libc++ for WebAssembly: apt install libc++-14-dev-wasm32 libc++abi-14-dev-wasm32 (Debian), or the wasi-sdk, or zig c++."
#elif __cplusplus < 202002L
#error "radon.hpp is C++20: compile with -std=c++20. For C++17 there is radon.h."
#else

#include "radon/bytes.hpp"
#include "radon/result.hpp"
#include "radon/text.hpp"
#include "radon/value.hpp"
#include "radon/json.hpp"
#include "radon/core.hpp"
#include "radon/message.hpp"
#include "radon/messaging.hpp"
#include "radon/future.hpp"
#include "radon/interrupt.hpp"
#include "radon/kv.hpp"
#include "radon/naming.hpp"
#include "radon/http.hpp"
#include "radon/entry.hpp"

#endif
#endif
