/** Notes under keys: put, get, delete, list and last. */
#include <radon.hpp>

namespace {

namespace kv = radon::kv;

std::string line(const kv::entry &entry) { return entry.key + "=" + entry.value; }

std::string list(std::string_view prefix) {
  std::string lines;
  for (const auto &entry : kv::prefix(prefix)) lines += (lines.empty() ? "" : "\n") + line(entry);
  return lines;
}

std::string last(std::string_view prefix) {
  const auto entry = kv::prefix(prefix, {.reverse = true, .page = 1}).next();
  return entry ? line(*entry) : "NOT_FOUND";
}

void handle(radon::message &message) {
  const std::string_view all = message.text();
  const auto verb = all.substr(0, all.find(' '));
  const auto rest = all.substr(std::min(verb.size() + 1, all.size()));

  if (verb == "put" && rest.find(' ') != rest.npos) {
    kv::put(rest.substr(0, rest.find(' ')), rest.substr(rest.find(' ') + 1)).value();
    message.reply("ok");
  } else if (verb == "get") {
    message.reply(kv::get(rest).value_or("NOT_FOUND"));
  } else if (verb == "delete") {
    message.reply(kv::erase(rest) ? "ok" : "NOT_FOUND");
  } else if (verb == "list") {
    message.reply(list(rest));
  } else if (verb == "last") {
    message.reply(last(rest));
  } else {
    message.fail("Say put KEY VALUE, get KEY, delete KEY, list PREFIX or last PREFIX.");
  }
}

}  // namespace

RADON_REACTIVE(handle)
