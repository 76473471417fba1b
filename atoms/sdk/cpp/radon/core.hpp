/** The atom itself: its name, its configuration, its log, clocks, waiting. */
#ifndef RADON_CORE_HPP
#define RADON_CORE_HPP

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "bytes.hpp"
#include "text.hpp"
#include "value.hpp"

namespace radon {

using std::chrono::milliseconds;

/** A timeout without an end. */
inline constexpr milliseconds forever{RADON_FOREVER};

/** This atom's global name, `runtime/atom`. */
inline std::string self_name() { return detail::take(radon_abi_core_self_name(nullptr, 0)).value_or(""); }

/** A value of the atom's configuration: `config<int>("limit").value_or(10)`. */
template <readable T = std::string>
result<T> config(bytes_view key) {
  return detail::take_as<T>(radon_abi_core_config(key.raw().data, key.raw().size, nullptr, 0));
}

/** Microseconds since the Unix epoch. */
inline std::chrono::sys_time<std::chrono::microseconds> now() {
  return std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(radon_now()));
}

/** A clock that never goes back; only differences mean something. */
inline std::chrono::microseconds monotonic() { return std::chrono::microseconds(radon_monotonic()); }

/** Fills memory with random bytes that are fit for secrets. */
inline void random(std::span<std::byte> bytes) { radon_random(bytes.data(), bytes.size()); }

/** A random value of an integral type. */
template <std::integral T>
T random() {
  T value;
  radon_random(&value, sizeof value);
  return value;
}

/** Blocks for so long, while callbacks run. */
inline result<void> sleep(milliseconds time) { return detail::done(radon_sleep(time.count())); }

/** A blocking point that does not wait: commits the turn and runs the callbacks that are due. */
inline result<void> yield() { return detail::done(radon_yield()); }

/** Lines of the log; their arguments are written one behind the other, as `text` writes them. */
namespace log {

inline void write(radon_level level, std::string_view line) { radon_log(level, bytes_view(line).raw()); }

template <class... Parts>
void trace(const Parts &...parts) { write(RADON_LOG_TRACE, text(parts...)); }
template <class... Parts>
void debug(const Parts &...parts) { write(RADON_LOG_DEBUG, text(parts...)); }
template <class... Parts>
void info(const Parts &...parts) { write(RADON_LOG_INFO, text(parts...)); }
template <class... Parts>
void warn(const Parts &...parts) { write(RADON_LOG_WARN, text(parts...)); }
template <class... Parts>
void error(const Parts &...parts) { write(RADON_LOG_ERROR, text(parts...)); }

}  // namespace log
}  // namespace radon

#endif
