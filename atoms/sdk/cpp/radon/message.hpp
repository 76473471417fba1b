/** A message, and what may be done with the current one. */
#ifndef RADON_MESSAGE_HPP
#define RADON_MESSAGE_HPP

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "bytes.hpp"
#include "value.hpp"

namespace radon {

enum class message_kind : std::int32_t {
  one_way = RADON_KIND_ONE_WAY,
  request = RADON_KIND_REQUEST,
  http = RADON_KIND_HTTP,
  interrupt = RADON_KIND_INTERRUPT,
};

namespace detail {

/** Messages are counted: the number of the one that the runtime would reply to now; 0 if there is none. */
inline std::uint32_t messages = 0;
inline std::uint32_t current_message = 0;

/** A callback has a current message of its own; when it ends, the current one is what it was. */
class callback_scope {
 public:
  callback_scope() : outer_(std::exchange(current_message, 0)) {}
  ~callback_scope() { current_message = outer_; }
  callback_scope(const callback_scope &) = delete;
  callback_scope &operator=(const callback_scope &) = delete;

 private:
  std::uint32_t outer_;
};

}  // namespace detail

/** The right to answer a request later, after other messages; its `value` may be stored, and outlives the instance. */
class reply_token {
 public:
  explicit reply_token(std::int64_t value) : value_(value) {}
  std::int64_t value() const { return value_; }
  result<void> reply(bytes_view payload) const { return detail::done(radon_reply_to(value_, payload.raw())); }

 private:
  std::int64_t value_;
};

/**
 * A message, a request, an HTTP request or an interrupt. Its payload is its own. Who sent it and answering belong to the current
 * message: the one received last, in a handler the one that it was called with. On an older one they fail with INVALID.
 */
class message {
 public:
  /** Messages are made by `receive` and for handlers. */
  explicit message(std::string payload)
      : payload_(std::move(payload)),
        number_(++detail::messages),
        kind_(static_cast<message_kind>(radon_abi_messaging_kind())) {
    detail::current_message = number_;
  }

  const std::string &text() const { return payload_; }
  std::span<const std::byte> bytes() const { return as_bytes(payload_); }
  /** The payload as another type: `as<int>()`, `as<json>()`. */
  template <readable T>
  result<T> as() const { return reader<T>::read(payload_); }

  message_kind kind() const { return kind_; }
  bool is_request() const { return kind_ == message_kind::request; }
  bool is_http() const { return kind_ == message_kind::http; }

  /** The sender's global name; empty if no atom sent it. */
  result<std::string> sender() const {
    if (!is_current()) return stale();
    return detail::take(radon_abi_messaging_sender(nullptr, 0));
  }
  /** 1 for a first delivery; more after the atom stopped in the midst of it. */
  result<int> attempt() const {
    if (!is_current()) return stale();
    const std::int32_t number = radon_attempt();
    if (number < 0) return detail::error_of(number);
    return static_cast<int>(number);
  }

  /** Answers the request. An answer that is refused fails the request by itself, so the result may be ignored. */
  result<void> reply(bytes_view payload) const {
    return is_current() ? detail::done(radon_reply(payload.raw())) : stale();
  }
  /** Answers the request with a failure: whoever asked gets REMOTE and this reason. */
  result<void> fail(std::string_view reason) const {
    return is_current() ? detail::done(radon_fail(bytes_view(reason).raw())) : stale();
  }
  /** Takes the right to answer the request later. */
  result<reply_token> token() const {
    if (!is_current()) return stale();
    const std::int64_t token = radon_reply_token();
    if (token < 0) return detail::error_of(token);
    return reply_token(token);
  }

  bool is_current() const { return number_ == detail::current_message; }

 private:
  static error stale() { return {code::invalid, "This message is no longer the current one: take its token() before the next receive()."}; }

  std::string payload_;
  std::uint32_t number_;
  message_kind kind_;
};

}  // namespace radon

#endif
