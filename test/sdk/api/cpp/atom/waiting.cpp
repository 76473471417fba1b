/** Futures and interrupts. */
#include "verbs.hpp"

using namespace std::chrono_literals;

extern "C" int count_timers(int count);

namespace {

void await_timer(radon::message &message, const std::string &rest) {
  auto timer = radon::timer(std::chrono::milliseconds(std::atoi(rest.c_str())));
  const auto name = [](const auto &result) { return result.error().name(); };
  const auto early = timer.await(0ms);
  const bool pending = !timer.poll().value();
  const auto late = timer.await();
  message.reply(radon::text(name(early), ' ', pending ? 0 : 1, ' ', name(late), ' ', name(timer.await(0ms))));
}

void cancel_timer(radon::message &message, const std::string &) {
  auto timer = radon::timer(radon::forever);
  timer.cancel().value();
  reply_result(message, timer.await());
}

/** More futures than an atom may hold: those that go out of scope give their places back. */
void drop(radon::message &message, const std::string &) {
  int made = 0;
  while (made < 12'000 && radon::timer(radon::forever).poll()) made++;
  std::vector<radon::future> held;
  held.push_back(radon::timer(1ms));
  radon::future moved = std::move(held.front());
  held.clear();
  message.reply(radon::text(made, ' ', moved.await().error().name()));
}

std::string shown(const radon::result<std::string> &outcome) {
  return "[" + (outcome ? *outcome : outcome.error().text()) + "]";
}

/** Requests to itself come back to its handler, and complete callbacks. */
void complete(radon::message &message, const std::string &rest) {
  radon::on_reentrant([](radon::message &request) {
    if (request.text().starts_with("no")) request.fail(request.text() + ", no");
    else request.reply(request.text() + ", yes");
  });
  std::string outcomes;
  const auto collect = [&](const radon::result<std::string> &outcome) { outcomes += shown(outcome); };
  for (int count = 0; count < 20; count++) radon::timer(1ms).on_complete(collect).value();
  radon::request("api", rest, 5s).on_complete(collect).value();
  radon::request("api", "no way", 5s).on_complete([&outcomes, only = std::make_unique<int>(1)](auto outcome) {
    outcomes += shown(outcome);
  });
  auto refused = radon::request("nobody", rest, 5s);
  const auto last = radon::ask("api", "last", 5s);
  radon::sleep(30ms).value();
  outcomes += radon::text(' ', *last, ' ', refused.on_complete(collect).error().name());
  message.reply(outcomes);
}

void nothing_comes(radon::message &message, const std::string &) {
  const auto received = radon::receive(30ms);
  message.reply(received.error().text());
}

void interrupt_itself() { radon::interrupt("api", 1, "up").value(); }

/** Masked interrupts wait for the end of the last mask. */
void mask(radon::message &message, const std::string &) {
  int count = 0, masked = 0;
  const auto counting = radon::on_interrupt(1, [&](radon::message &up) { count += up.text() == "up"; });
  {
    const radon::interrupt_mask outer;
    { const radon::interrupt_mask inner; }
    interrupt_itself();
    radon::sleep(50ms).value();
    masked = count;
  }
  radon::sleep(50ms).value();
  message.reply(radon::text(masked, ' ', count));
}

/** A later handler takes a signal over, and the end of the earlier one leaves it that; without one an interrupt is dropped. */
void off(radon::message &message, const std::string &) {
  int first = 0, second = 0;
  {
    std::optional<radon::interrupt_handler> later;
    {
      auto earlier = radon::on_interrupt(1, [&](radon::message &) { first++; });
      later = radon::on_interrupt(1, [&](radon::message &) {
        second++;
        later.reset();  // A handler may end itself.
        second += 10;
      });
    }
    interrupt_itself();
    radon::sleep(50ms).value();
    interrupt_itself();
    radon::sleep(50ms).value();
  }
  message.reply(radon::text(first, ' ', second, ' ', radon_error_name(radon_off_interrupt(1))));
}

/** Computes until interrupt 2 comes. */
void compute(radon::message &message, const std::string &) {
  volatile bool enough = false;
  volatile unsigned rounds = 0;
  const auto stop = radon::on_interrupt(2, [&](radon::message &) { enough = true; });
  {
    const radon::interrupt_preemption on;
    while (!enough) rounds = rounds + 1;
  }
  message.reply(rounds > 0 ? "enough" : "none");
}

/** What was current is so again after a callback; what was received before is not. */
void stale(radon::message &message, const std::string &) {
  bool current_inside = true;
  const auto looking = radon::on_interrupt(1, [&](radon::message &) { current_inside = message.is_current(); });
  interrupt_itself();
  radon::sleep(50ms).value();
  const bool current_after = message.is_current();
  radon::send("api", "a later message").value();
  const auto later = radon::receive(5s);
  const auto refused = message.reply("too late");
  const bool is_interrupt = later && later->kind() == radon::message_kind::one_way;
  radon::kv::put("stale", radon::text(current_inside, ' ', current_after, ' ', is_interrupt, ' ', refused.error().text()))
      .value();
}

/** Callbacks of both languages in one table. */
void mixed(radon::message &message, const std::string &) {
  int count = 0;
  for (int each = 0; each < 5; each++) radon::timer(1ms).on_complete([&](const auto &) { count++; }).value();
  const int plain = count_timers(7);
  message.reply(radon::text(count, ' ', plain));
}

}  // namespace

const std::vector<named_verb> waiting_verbs = {
    {"timer", await_timer}, {"cancel", cancel_timer}, {"drop", drop}, {"complete", complete}, {"nothing", nothing_comes},
    {"mask", mask},         {"off", off},             {"compute", compute}, {"stale", stale}, {"mixed", mixed},
};
