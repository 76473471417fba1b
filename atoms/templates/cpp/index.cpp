// Counts its visitors. What it writes and what it answers is committed together, or not at all.
#include <radon.hpp>

namespace {

void greet(radon::message &message) {
  const long long visits = radon::kv::get<long long>("visits").value_or(0) + 1;
  radon::kv::put("visits", radon::text(visits)).value();
  message.reply("Hello, visitor " + radon::text(visits) + "!\n");
}

}  // namespace

RADON_REACTIVE(greet)
