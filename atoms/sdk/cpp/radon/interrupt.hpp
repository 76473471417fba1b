/** Interrupts that come to this atom. */
#ifndef RADON_INTERRUPT_HPP
#define RADON_INTERRUPT_HPP

#include <memory>
#include <utility>

#include "messaging.hpp"

namespace radon {

/** A handler of a signal, for as long as this object lives, or for ever once it is `keep`t. */
class [[nodiscard]] interrupt_handler {
 public:
  interrupt_handler(int signal, message_handler handler)
      : signal_(signal),
        handler_(std::make_unique<detail::shared_handler>(std::make_shared<message_handler>(std::move(handler)))) {
    radon_must(radon_on_interrupt(signal, detail::run_handler, handler_.get()));
  }
  interrupt_handler(interrupt_handler &&) = default;
  interrupt_handler &operator=(interrupt_handler &&other) noexcept {
    std::swap(signal_, other.signal_);
    std::swap(handler_, other.handler_);
    return *this;
  }
  ~interrupt_handler() {
    if (handler_ && is_registered()) radon_off_interrupt(signal_);
  }

  /** Leaves it registered for as long as the instance lives: its handler must not refer to locals. */
  void keep() { handler_.release(); }

 private:
  /** False if a later handler has taken the signal over. */
  bool is_registered() const {
    const std::int32_t place = radon_place_of_(RADON_CALLBACK_INTERRUPT_, signal_);
    return place >= 0 && radon_state_.places[place].context == handler_.get();
  }

  int signal_;
  std::unique_ptr<detail::shared_handler> handler_;
};

/** Runs `handler` when the signal arrives, even while the atom is blocked. An interrupt without a handler is dropped. */
inline interrupt_handler on_interrupt(int signal, message_handler handler) {
  return interrupt_handler(signal, std::move(handler));
}

/** While one of these lives, interrupts wait; they run at the first blocking point after the last one is gone. */
class [[nodiscard]] interrupt_mask {
 public:
  interrupt_mask() {
    if (depth_++ == 0) radon_mask();
  }
  ~interrupt_mask() {
    if (--depth_ == 0) radon_unmask();
  }
  interrupt_mask(const interrupt_mask &) = delete;
  interrupt_mask &operator=(const interrupt_mask &) = delete;

 private:
  static inline int depth_ = 0;
};

/**
 * While one of these lives, handlers of interrupts may also run in the midst of a computation. Compute with what is there already:
 * a handler allocates, so code that does must not be interrupted. A handler that came so cannot block: mostly it sets a flag.
 */
class [[nodiscard]] interrupt_preemption {
 public:
  interrupt_preemption() {
    if (depth_++ == 0) radon_preempt(true);
  }
  ~interrupt_preemption() {
    if (--depth_ == 0) radon_preempt(false);
  }
  interrupt_preemption(const interrupt_preemption &) = delete;
  interrupt_preemption &operator=(const interrupt_preemption &) = delete;

 private:
  static inline int depth_ = 0;
};

}  // namespace radon

#endif
