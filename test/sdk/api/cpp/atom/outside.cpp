/** Naming and HTTP. */
#include "verbs.hpp"

namespace http = radon::http;
namespace naming = radon::naming;

namespace {

void lookup(radon::message &message, const std::string &rest) {
  const auto [scope, pattern] = split(rest);
  const auto all = naming::lookup(scope, pattern, 10);
  const auto any = naming::lookup_any(scope, pattern);
  std::string names;
  for (const auto &name : all.value()) names += (names.empty() ? "" : "\n") + name;
  message.reply(radon::text(names, '|', any ? *any : "", '|', any.error().name()));
}

/** Sends a request with headers and a body, and tells what came back. */
void fetch(radon::message &message, const std::string &url) {
  const auto response = http::fetch({.method = "PUT",
                                     .url = url,
                                     .headers = {{"x-first", "one \"two\""}, {"x-second", "three"}},
                                     .body = "the body"})
                            .await<http::response>();
  if (!response) return reply_result(message, radon::result<std::string>(response.error()));
  message.reply(radon::text(response->status, ' ', response->headers.get("X-ECHO").value_or("-"), ' ',
                            response->headers.get("x-ech").value_or("-"), ' ', response->body));
}

}  // namespace

/** Tells the request as it was understood, with headers of its own. */
void answer_http(radon::message &message) {
  const auto request = http::from(message).value();
  http::response response = http::text(
      radon::text(request.method, ' ', request.path(), ' ', request.segment(1), ' ', request.query("the name").value_or("-"),
                  ' ', request.headers.get("X-Header").value_or("-"), ' ', request.headers.get("x-none").value_or("-"), ' ',
                  request.body),
      request.method == "DELETE" ? 99 : 201);
  response.headers.add("x-quoted", "a \"b\" \\c");
  if (const auto done = http::respond(response); !done) reply_result(message, done);
}

const std::vector<named_verb> outside_verbs = {
    {"alias",
     [](radon::message &message, const std::string &rest) {
       const auto [scope, value] = split(rest);
       reply_result(message, naming::alias(scope, value));
     }},
    {"unalias",
     [](radon::message &message, const std::string &rest) {
       const auto [scope, value] = split(rest);
       reply_result(message, naming::unalias(scope, value));
     }},
    {"lookup", lookup},
    {"resolve",
     [](radon::message &message, const std::string &rest) { reply_result(message, naming::resolve(rest)); }},
    {"exactly", [](radon::message &message, const std::string &rest) { message.reply(naming::exactly(rest)); }},
    {"fetch", fetch},
};
