/** Receiving, and sending to other atoms: to a global name, `runtime/atom`, or to an atom's name alone. */
#ifndef RADON_MESSAGING_HPP
#define RADON_MESSAGING_HPP

#include <functional>
#include <memory>

#include "core.hpp"
#include "message.hpp"

namespace radon {

/** What handles a message in a callback. */
using message_handler = std::function<void(message &)>;

/** Blocks until a message comes: TIMEOUT if none did in time, CLOSED if the atom is being stopped. */
inline result<message> receive(milliseconds timeout = forever) {
  return detail::take(radon_abi_messaging_receive(timeout.count(), nullptr, 0)).transform([](std::string payload) {
    return message(std::move(payload));
  });
}

/** Sends a one-way message: exactly once, and in order for each pair of atoms. */
[[nodiscard]] inline result<void> send(bytes_view to, bytes_view payload) {
  return detail::done(radon_send(to.raw(), payload.raw()));
}

/** Interrupts an atom: it runs its handler of that signal, even while it is blocked. */
[[nodiscard]] inline result<void> interrupt(bytes_view to, int signal, bytes_view payload) {
  return detail::done(radon_interrupt(to.raw(), signal, payload.raw()));
}

namespace detail {

using shared_handler = std::shared_ptr<message_handler>;

/** Calls the handler behind a context. It holds it meanwhile: the handler may replace or remove itself. */
inline void run_handler(void *context, std::int32_t size) {
  const callback_scope scope;
  const shared_handler handler = *static_cast<shared_handler *>(context);
  if (auto payload = take(size)) {
    message arrived(*std::move(payload));
    (*handler)(arrived);
  }
}

}  // namespace detail

/**
 * Runs `handler` for requests that come back to this atom while it awaits one of its own; without one they fail with DEADLOCK.
 * It stays for as long as the instance does, so it must not refer to locals.
 */
inline void on_reentrant(message_handler handler) {
  static detail::shared_handler kept;
  kept = std::make_shared<message_handler>(std::move(handler));
  radon_on_reentrant(detail::run_handler, &kept);
}

}  // namespace radon

#endif
