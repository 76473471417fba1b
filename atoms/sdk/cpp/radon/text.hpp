/** Text of numbers and other text, without a stream and without a format. */
#ifndef RADON_TEXT_HPP
#define RADON_TEXT_HPP

#include <charconv>
#include <concepts>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace radon {
namespace detail {

inline void append(std::string &to, std::string_view text) { to.append(text); }
inline void append(std::string &to, std::same_as<char> auto letter) { to.push_back(letter); }
inline void append(std::string &to, std::same_as<bool> auto truth) { to.append(truth ? "true" : "false"); }

template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>)
void append(std::string &to, T number) {
  char digits[24];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/** The shortest of the texts that are read as the same number. */
template <std::floating_point T>
void append(std::string &to, T number) {
  char digits[40];
  for (int precision = 6; precision <= 17; precision++) {
    std::snprintf(digits, sizeof digits, "%.*g", precision, static_cast<double>(number));
    if (static_cast<T>(std::strtod(digits, nullptr)) == number) break;
  }
  to.append(digits);
}

}  // namespace detail

/** Its arguments one behind the other: `text("ticks=", 12, " step=", 0.5)`. */
template <class... Parts>
std::string text(const Parts &...parts) {
  std::string all;
  (detail::append(all, parts), ...);
  return all;
}

}  // namespace radon

#endif
