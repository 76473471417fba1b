/** A daemon that counts: every interval it adds `step` to `ticks`. Interrupt 1 sets the step. */
#include <radon.hpp>

namespace {

void run() {
  const std::chrono::milliseconds interval(radon::config<int>("interval_ms").value_or(1000));
  long long step = 1;
  // The handler may use the locals here: it is gone when this object is.
  const auto steps = radon::on_interrupt(1, [&step](radon::message &message) {
    if (const auto given = message.as<long long>()) step = *given;
    else radon::log::warn("A step is a number: ", given.error().message);
  });

  for (;;) {
    const auto ticks = radon::kv::get<long long>("ticks").value_or(0);
    // Blocks for the interval at most; the handler runs meanwhile.
    const auto message = radon::receive(interval);
    if (message) message->reply(radon::text("ticks=", ticks, " step=", step));
    else if (message.error().code == radon::code::timeout) radon::kv::put("ticks", radon::text(ticks + step)).value();
    else return;  // The atom is being stopped.
  }
}

}  // namespace

RADON_DAEMON(run)
