/** The atom itself, and text and JSON. */
#include "verbs.hpp"

using namespace std::chrono_literals;

const std::vector<named_verb> core_verbs = {
    {"config", [](radon::message &message, const std::string &rest) { reply_result(message, radon::config(rest)); }},
    {"limit",
     [](radon::message &message, const std::string &) {
       message.reply(radon::text(radon::config<int>("limit").value_or(1), ' ', radon::config<int>("none").value_or(2), ' ',
                                 radon::config<int>("greeting").value_or(3)));
     }},
    {"name", [](radon::message &message, const std::string &) { message.reply(radon::self_name()); }},
    {"current",
     [](radon::message &message, const std::string &) {
       message.reply(radon::text("kind=", static_cast<int>(message.kind()), " attempt=", *message.attempt(),
                                 " sender=\"", *message.sender(), '"'));
     }},
    {"random",
     [](radon::message &message, const std::string &) {
       std::array<std::byte, 8> bytes{};
       radon::random(bytes);
       std::uint64_t number = 0;
       std::memcpy(&number, bytes.data(), sizeof number);
       message.reply(radon::text(number, ' ', radon::random<std::uint64_t>()));
     }},
    {"now",
     [](radon::message &message, const std::string &) {
       using std::chrono::duration_cast, std::chrono::milliseconds;
       const auto started = radon::monotonic();
       const auto now = radon::now().time_since_epoch();
       radon::sleep(20ms).value();
       radon::yield().value();
       message.reply(radon::text(duration_cast<milliseconds>(now).count(), ' ',
                                 duration_cast<milliseconds>(radon::monotonic() - started).count()));
     }},
    {"log",
     [](radon::message &message, const std::string &rest) {
       radon::log::trace(rest, ' ', 0);
       radon::log::debug(rest, ' ', 1);
       radon::log::info(rest, ' ', 2);
       radon::log::warn(rest, ' ', 3);
       radon::log::error(rest, ' ', 4);
       message.reply(rest);
     }},
    {"quote", [](radon::message &message, const std::string &rest) { message.reply(radon::json(rest).dump()); }},
    {"json",
     [](radon::message &message, const std::string &rest) {
       const auto value = radon::json::parse(rest);
       message.reply(value ? value->dump() : value.error().text());
     }},
    {"build",
     [](radon::message &message, const std::string &) {
       radon::json value = radon::json::object({{"count", 1}, {"name", "apples"}});
       value.set("count", 2).set("list", radon::json::array({1, "two", true, nullptr, 0.5})).set("none", nullptr);
       radon::json copy = value;
       copy.set("name", radon::json().push(1e300).push(-0.1).push(1.0 / 0.0));
       message.reply(radon::text(value.dump(), copy.dump(), value["list"].at(1).as_string(), value["list"].at(7).is_null(),
                                 value["count"].as_int(), value["name"].as_int(-1), value.has("none"), value.has("no"),
                                 copy["name"].at(1).as_double(), value == copy, copy["name"].size()));
     }},
    {"text",
     [](radon::message &message, const std::string &) {
       message.reply(radon::text(-5, ' ', 7u, ' ', 0.1, ' ', 1e100, ' ', 0.1f, ' ', true, ' ', 'c', ' ', std::string("s")));
     }},
    // No key is that long.
    {"trap", [](radon::message &, const std::string &rest) { radon::kv::put(std::string(3000, 'k'), rest).value(); }},
    {"results",
     [](radon::message &message, const std::string &rest) {
       const auto doubled = message.as<std::string>().and_then([&](const std::string &) {
         return radon::reader<std::int8_t>::read(rest);
       });
       const auto text = doubled.transform([](std::int8_t number) { return radon::text(2 * number); });
       message.reply(text ? *text : radon::text(text.error().name(), ' ', text.error().message));
     }},
};
