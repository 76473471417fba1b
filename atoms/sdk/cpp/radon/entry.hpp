/** Where the runtime enters an atom. One of these stands in one file of it, beside `RADON_START() { ... }` of <radon.h>. */
#ifndef RADON_ENTRY_HPP
#define RADON_ENTRY_HPP

#include <utility>

#include "messaging.hpp"

namespace radon::detail {

/** One call of a reactive atom: one message. */
template <class F>
void react(F &&handler) {
  if (auto arrived = receive()) std::forward<F>(handler)(*arrived);
}

}  // namespace radon::detail

/** A reactive atom, by what it does with a message: a function or a lambda that takes a `radon::message &`. */
#define RADON_REACTIVE(...) \
  RADON_INVOKE() { ::radon::detail::react(__VA_ARGS__); }

/** A daemon, by its whole life: a function or a lambda without parameters. When it returns, the atom has ended. */
#define RADON_DAEMON(...) \
  RADON_INVOKE() { (__VA_ARGS__)(); }

#endif
