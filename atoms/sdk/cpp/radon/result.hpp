/** A value, or why there is none: std::expected's idea for compilers that do not have it yet. */
#ifndef RADON_RESULT_HPP
#define RADON_RESULT_HPP

#include <radon.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace radon {

/** The ABI's codes. */
enum class code : std::int32_t {
  ok = RADON_OK,
  invalid = RADON_INVALID,
  not_found = RADON_NOT_FOUND,
  timeout = RADON_TIMEOUT,
  denied = RADON_DENIED,
  too_large = RADON_TOO_LARGE,
  cancelled = RADON_CANCELLED,
  remote = RADON_REMOTE,
  busy = RADON_BUSY,
  closed = RADON_CLOSED,
  unsupported = RADON_UNSUPPORTED,
  deadlock = RADON_DEADLOCK,
};

/** Why something failed. */
struct error {
  /** What a program decides by. */
  radon::code code = radon::code::ok;
  /** The sentence for a human being. */
  std::string message;

  /** The code's name, such as TIMEOUT. */
  std::string_view name() const { return radon_error_name(static_cast<std::int32_t>(code)); }
  /** `TIMEOUT: the sentence` */
  std::string text() const { return std::string(name()) + ": " + message; }
};

namespace detail {

/** Ends the turn: a trap, with the reason in the log. */
[[noreturn]] inline void trap(std::string_view reason) {
  radon_log(RADON_LOG_ERROR, radon_bytes(reason.data(), reason.size()));
  __builtin_trap();
}

/** The error behind a negative result of <radon.h>, with its sentence. */
inline error error_of(std::int64_t result) {
  radon_buffer sentence = {};
  radon_last_error(&sentence);
  error failure{static_cast<code>(result), std::string(radon_cstring(&sentence), sentence.size)};
  radon_free(&sentence);
  return failure;
}

/** The value of what has none to tell. */
struct nothing {};

/** What results have in common; `T` is what the outcome holds. */
template <class T>
class outcome {
 public:
  outcome(T value) : value_(std::move(value)) {}
  outcome(radon::error failure) : error_(std::move(failure)) {}

  bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }

  /** Why there is no value; of a result that has one, the code is `ok`. */
  const radon::error &error() const { return error_; }

 protected:
  T &checked() {
    if (!has_value()) trap(error_.text());
    return *value_;
  }
  const T &checked() const {
    if (!has_value()) trap(error_.text());
    return *value_;
  }

 private:
  std::optional<T> value_;
  radon::error error_;
};

}  // namespace detail

/** A `T`, or the error. To take the value where there is none traps, with the error in the log. */
template <class T>
class [[nodiscard]] result : public detail::outcome<T> {
 public:
  using value_type = T;
  using detail::outcome<T>::outcome;

  T &value() & { return this->checked(); }
  const T &value() const & { return this->checked(); }
  T value() && { return std::move(this->checked()); }
  T &operator*() & { return this->checked(); }
  const T &operator*() const & { return this->checked(); }
  T operator*() && { return std::move(this->checked()); }
  T *operator->() { return &this->checked(); }
  const T *operator->() const { return &this->checked(); }

  template <class U>
  T value_or(U &&or_else) const & {
    return this->has_value() ? this->checked() : static_cast<T>(std::forward<U>(or_else));
  }
  template <class U>
  T value_or(U &&or_else) && {
    return this->has_value() ? std::move(this->checked()) : static_cast<T>(std::forward<U>(or_else));
  }

  /** The result of `next` for the value, or this error. */
  template <class F>
  auto and_then(F &&next) const & -> std::invoke_result_t<F, const T &> {
    if (!this->has_value()) return this->error();
    return std::forward<F>(next)(this->checked());
  }
  template <class F>
  auto and_then(F &&next) && -> std::invoke_result_t<F, T> {
    if (!this->has_value()) return this->error();
    return std::forward<F>(next)(std::move(this->checked()));
  }
  /** As `and_then`, for a function that cannot fail. */
  template <class F>
  auto transform(F &&change) const & -> result<std::invoke_result_t<F, const T &>> {
    if (!this->has_value()) return this->error();
    return std::forward<F>(change)(this->checked());
  }
  template <class F>
  auto transform(F &&change) && -> result<std::invoke_result_t<F, T>> {
    if (!this->has_value()) return this->error();
    return std::forward<F>(change)(std::move(this->checked()));
  }
};

/** Whether it worked, or the error. */
template <>
class result<void> : public detail::outcome<detail::nothing> {
 public:
  using value_type = void;
  result() : outcome(detail::nothing()) {}
  result(radon::error failure) : outcome(std::move(failure)) {}

  /** Traps, with the error in the log, if it did not work. */
  void value() const { this->checked(); }
};

namespace detail {

/** A result of <radon.h> that says no more than whether it worked. */
inline result<void> done(std::int64_t result) {
  if (result < 0) return error_of(result);
  return {};
}

}  // namespace detail
}  // namespace radon

#endif
