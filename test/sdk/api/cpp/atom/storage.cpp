/** Messages that wait, and the store. */
#include "verbs.hpp"

namespace kv = radon::kv;

namespace {

void append(std::string &lines, kv::entries &entries) {
  for (const auto &[key, value] : entries) lines += key + (value.empty() ? "" : "=") + value + " ";
  lines += radon::text("(", entries.failure() ? entries.failure()->name() : "OK", ")\n");
}

void walk(radon::message &message, const std::string &) {
  using namespace std::string_literals;
  const std::string high = "w\xff", higher = "w\xff\xff";
  const std::vector<std::pair<std::string, std::string>> all = {
      {"w", ""}, {"w\0"s, ""}, {"wa", "1"}, {"wb", "22"}, {high, "h"}, {higher, "hh"}, {"x", "outside"}};
  for (const auto &[key, value] : all) kv::put(key, value).value();

  std::string lines;
  kv::entries forward = kv::prefix("w", {.page = 1}), backward = kv::prefix(high, {.reverse = true, .page = 1});
  kv::entries range = kv::scan("wa", higher, {.page = 1});
  kv::entries backward_range = kv::scan("wa", higher, {.reverse = true, .page = 1});
  kv::entries whole = kv::prefix("w"), wrong = kv::prefix(std::string(3000, 'k'));
  for (kv::entries *each : {&forward, &backward, &range, &backward_range, &whole, &wrong}) append(lines, *each);
  message.reply(lines);
}

void typed(radon::message &message, const std::string &rest) {
  kv::put("typed", rest).value();
  const auto number = kv::get<short>("typed");
  const auto bytes = kv::get<std::vector<std::byte>>("typed");
  const auto json = kv::get<radon::json>("typed");
  message.reply(radon::text(number ? radon::text(*number) : number.error().text(), ' ', bytes->size(), ' ',
                            json ? json->dump() : json.error().text(), ' ', kv::get("none").error().name()));
  kv::put("copy", *bytes).value();
}

}  // namespace

const std::vector<named_verb> storage_verbs = {
    {"later",
     [](radon::message &message, const std::string &) {
       kv::put("token", radon::text(message.token().value().value())).value();
     }},
    {"answer",
     [](radon::message &message, const std::string &rest) {
       const radon::reply_token token(kv::get<std::int64_t>("token").value_or(0));
       reply_result(message, token.reply(rest), "answered");
     }},
    {"send",
     [](radon::message &message, const std::string &rest) { reply_result(message, radon::send("api", rest), "sent"); }},
    {"large",
     [](radon::message &message, const std::string &) {
       reply_result(message, kv::put("large", std::vector<std::byte>(1024 * 1024 + 1)));
     }},
    {"erase", [](radon::message &message, const std::string &rest) { reply_result(message, kv::erase(rest)); }},
    {"walk", walk},
    {"typed", typed},
};
