/** A number in the store. GET reads it, POST adds one; a request adds the number that it carries. */
#include <radon.hpp>

namespace {

namespace http = radon::http;
namespace kv = radon::kv;

long long count() { return kv::get<long long>("count").value_or(0); }

long long add(long long more) {
  const long long sum = count() + more;
  // What cannot be stored must not be answered: `value` traps then, and the message comes again.
  kv::put("count", radon::text(sum)).value();
  return sum;
}

http::response answer(const http::request &request) {
  if (request.method == "GET") return http::json(radon::json::object({{"count", count()}}));
  if (request.method == "POST") return http::json(radon::json::object({{"count", add(1)}}));
  return http::text("GET reads the counter, POST adds one.", 405);
}

void handle(radon::message &message) {
  if (const auto request = http::from(message)) {
    http::respond(answer(*request));
  } else if (const auto more = message.as<long long>()) {
    message.reply(radon::text(add(*more)));
  } else {
    message.fail(more.error().message);
  }
}

}  // namespace

RADON_REACTIVE(handle)
