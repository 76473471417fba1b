/** Results that come later: replies to requests, and timers. */
#ifndef RADON_FUTURE_HPP
#define RADON_FUTURE_HPP

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "core.hpp"
#include "message.hpp"

namespace radon {

namespace detail {

/** Runs the handler that a future completes for, once. */
template <class T, class F>
void complete(void *context, std::int32_t size) {
  const callback_scope scope;
  const std::unique_ptr<F> handler(static_cast<F *>(context));
  (*handler)(take_as<T>(size));
}

}  // namespace detail

/**
 * Something that completes once. A future that could not be made fails every use with the reason. One that goes out of scope
 * before it was awaited to its end, or given a handler, is cancelled: its result would keep its place for nothing.
 */
class [[nodiscard]] future {
 public:
  /** `id` is what the runtime answered: a future's number, or a code. */
  explicit future(std::int64_t id) : id_(id) {
    if (id < 0) refusal_ = detail::error_of(id);
  }
  future(future &&other) noexcept : id_(std::exchange(other.id_, 0)), refusal_(std::move(other.refusal_)) {}
  future &operator=(future &&other) noexcept {
    std::swap(id_, other.id_);
    std::swap(refusal_, other.refusal_);
    return *this;
  }
  ~future() {
    if (id_ > 0 && !is_settled_) radon_cancel(id_);
  }

  /** Blocks until it completes. When only `timeout` was over, it may be awaited again. */
  template <readable T = std::string>
  result<T> await(milliseconds timeout = forever) {
    if (refusal_) return *refusal_;
    const std::int32_t size = radon_abi_future_await(id_, timeout.count(), nullptr, 0);
    is_settled_ = size >= 0;
    return detail::take_as<T>(size);
  }

  /** Without waiting: true once it completed, false while it is pending, or why it failed. */
  result<bool> poll() const {
    if (refusal_) return *refusal_;
    const std::int32_t state = radon_poll(id_);
    if (state < 0) return detail::error_of(state);
    return state == 1;
  }

  /** Runs `handler` with the `result<T>` once it completes, at a blocking point. Then nothing else awaits it. */
  template <readable T = std::string, class F>
  result<void> on_complete(F handler) {
    if (refusal_) return *refusal_;
    auto kept = std::make_unique<F>(std::move(handler));
    const std::int32_t registered = radon_on_complete(id_, detail::complete<T, F>, kept.get());
    if (registered < 0) return detail::error_of(registered);
    kept.release();
    is_settled_ = true;
    return {};
  }

  /** Gives it up: it completes with CANCELLED, also for a handler that waits for it. */
  result<void> cancel() {
    if (refusal_) return *refusal_;
    return detail::done(radon_cancel(id_));
  }

  std::int64_t id() const { return id_; }

 private:
  std::int64_t id_;
  bool is_settled_ = false;
  std::optional<error> refusal_;
};

/** How long a request may take unless told otherwise. */
inline constexpr milliseconds request_timeout{30'000};

/** Sends a request; the future completes with the reply, or fails with TIMEOUT, REMOTE, DEADLOCK, ... */
inline future request(bytes_view to, bytes_view payload, milliseconds timeout = request_timeout) {
  return future(radon_request(to.raw(), payload.raw(), timeout.count()));
}

/** Sends a request and blocks for its reply. */
template <readable T = std::string>
result<T> ask(bytes_view to, bytes_view payload, milliseconds timeout = request_timeout) {
  return request(to, payload, timeout).await<T>();
}

/** A future that completes, with no bytes, after so long. */
inline future timer(milliseconds time) { return future(radon_timer(time.count())); }

}  // namespace radon

#endif
