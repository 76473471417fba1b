/**
 * What comes out: bytes as the type that the caller names. `reader<T>` says how; a program may add its own.
 *
 *     radon::kv::get("name");                            // result<std::string>
 *     radon::kv::get<long>("count");                     // result<long>, INVALID if it is no number
 *     radon::kv::get<std::vector<std::byte>>("picture");
 */
#ifndef RADON_VALUE_HPP
#define RADON_VALUE_HPP

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "result.hpp"

namespace radon {

template <class T>
struct reader;

/** A type that bytes can be read as. */
template <class T>
concept readable = requires(std::string bytes) {
  { reader<T>::read(std::move(bytes)) } -> std::same_as<result<T>>;
};

template <>
struct reader<std::string> {
  static result<std::string> read(std::string bytes) { return bytes; }
};

template <>
struct reader<std::vector<std::byte>> {
  static result<std::vector<std::byte>> read(const std::string &bytes) {
    std::vector<std::byte> copy(bytes.size());
    if (!copy.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
  }
};

/** Decimal digits with an optional minus, all of the text. */
template <std::integral T>
  requires(!std::same_as<T, bool>)
struct reader<T> {
  static result<T> read(const std::string &digits) {
    T number{};
    const char *end = digits.data() + digits.size();
    const auto [stop, failed] = std::from_chars(digits.data(), end, number);
    if (failed == std::errc() && stop == end) return number;
    return error{code::invalid, "\"" + digits + "\" is no whole number in this range."};
  }
};

namespace detail {

/** Collects the bytes behind a result of the raw ABI. */
inline result<std::string> take(std::int32_t size) {
  if (radon_checked_(size) < 0) return error_of(size);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (size > 0 && radon_checked_(radon_abi_core_take(bytes.data(), bytes.size())) < 0) return error_of(RADON_NOT_FOUND);
  return bytes;
}

template <readable T>
result<T> take_as(std::int32_t size) {
  return take(size).and_then([](std::string bytes) { return reader<T>::read(std::move(bytes)); });
}

}  // namespace detail
}  // namespace radon

#endif
