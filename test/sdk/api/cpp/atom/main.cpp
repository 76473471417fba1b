/** Does what a request tells it: "VERB REST". */
#include "verbs.hpp"

namespace {

/** Run before RADON_START, which stands below it. */
std::string started = "0";

void run(radon::message &message) {
  const auto [name, rest] = split(message.text());
  for (const auto *verbs : {&core_verbs, &storage_verbs, &waiting_verbs, &outside_verbs})
    for (const auto &each : *verbs)
      if (each.name == name) return each.run(message, rest);
  if (name == "started") message.reply(started);
  else message.fail("There is no verb \"" + name + "\".");
}

void handle(radon::message &message) {
  if (message.is_http()) answer_http(message);
  else if (message.is_request()) run(message);
  else radon::kv::put("note", message.bytes()).value();
}

}  // namespace

RADON_START() { started += "1"; }

RADON_REACTIVE(handle)
