/** HTTP requests that trigger this atom, and requests to the outside, which need the grant `http`. */
#ifndef RADON_HTTP_HPP
#define RADON_HTTP_HPP

#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "future.hpp"
#include "json.hpp"
#include "message.hpp"

namespace radon::http {

/** Headers, in order; names compare without regard to case. */
class headers {
 public:
  using field = std::pair<std::string, std::string>;

  headers() = default;
  headers(std::initializer_list<field> fields) : fields_(fields) {}
  /** Reads JSON pairs, `[[name, value], ...]`. */
  explicit headers(const json &pairs) {
    for (const json &pair : pairs.as_array()) add(pair.at(0).as_string(), pair.at(1).as_string());
  }

  /** Adds a field, beside those of the same name. */
  headers &add(std::string_view name, std::string_view value) {
    fields_.emplace_back(name, value);
    return *this;
  }
  /** The first value of that name. */
  std::optional<std::string_view> get(std::string_view name) const {
    for (const auto &[each, value] : fields_)
      if (same_name(each, name)) return value;
    return std::nullopt;
  }
  bool has(std::string_view name) const { return get(name).has_value(); }
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

  /** The fields as JSON pairs. */
  json pairs() const {
    json all = json::array();
    for (const auto &[name, value] : fields_) all.push(json::array({name, value}));
    return all;
  }

 private:
  static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter; }
  static bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t at = 0; at < a.size(); at++)
      if (lower(a[at]) != lower(b[at])) return false;
    return true;
  }

  std::vector<field> fields_;
};

struct response {
  int status = 200;
  http::headers headers;
  std::string body;

  /** True for the statuses 200 to 299. */
  bool ok() const { return status >= 200 && status < 300; }
  /** The body as another type: `as<json>()`. */
  template <readable T>
  result<T> as() const { return reader<T>::read(body); }
};

/** A response of plain text, or of JSON. */
inline response text(std::string body, int status = 200) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(body)};
}
inline response json(const radon::json &body, int status = 200) {
  return {status, {{"content-type", "application/json"}}, body.dump()};
}

/** A request to this atom, or one that it makes itself. */
struct request {
  std::string method = "GET";
  std::string url;
  http::headers headers = {};
  std::string body = {};

  /** The path of the URL, as it was sent: `/counter/apples`. */
  std::string_view path() const {
    const radon_http_head head = raw();
    return detail::view_of(radon_http_path(&head));
  }
  /** A segment of the path, decoded: of `/kv/a%20b` segment 1 is `a b`; empty if there is none. */
  std::string segment(int index) const {
    radon_view rest = bytes_view(path()).raw();
    radon_split(&rest, '/');
    for (; index > 0; index--) radon_split(&rest, '/');
    radon_buffer decoded = {};
    radon_append_unescaped(&decoded, radon_split(&rest, '/'));
    return taken(decoded);
  }
  /** A parameter of the query, decoded. */
  std::optional<std::string> query(const char *name) const {
    const radon_http_head head = raw();
    radon_buffer value = {};
    const bool found = radon_http_query(&head, name, &value) >= 0;
    std::string decoded = taken(value);
    return found ? std::optional(std::move(decoded)) : std::nullopt;
  }

 private:
  radon_http_head raw() const {
    radon_http_head head = {};
    head.url = url.c_str();
    return head;
  }
  static std::string taken(radon_buffer &buffer) {
    std::string copy(radon_cstring(&buffer), buffer.size);
    radon_free(&buffer);
    return copy;
  }
};

/** Reads the current message as an HTTP request: NOT_FOUND if it is none. */
inline result<request> from(const message &current) {
  if (!current.is_current()) return error{code::invalid, "This message is no longer the current one."};
  return detail::take_as<radon::json>(radon_abi_http_head(nullptr, 0)).transform([&](const radon::json &head) {
    return request{std::string(head["method"].as_string()), std::string(head["url"].as_string()),
                   headers(head["headers"]), current.text()};
  });
}

/** Answers the current HTTP request. An answer that is refused fails the request by itself, so the result may be ignored. */
inline result<void> respond(const response &answer) {
  const std::string pairs = answer.headers.pairs().dump();
  return detail::done(radon_checked_(radon_abi_http_respond(answer.status, pairs.data(), pairs.size(),
                                                            answer.body.data(), answer.body.size())));
}

}  // namespace radon::http

namespace radon {

/** Reads what a fetch completed with: u32 head size, JSON head, body. */
template <>
struct reader<http::response> {
  static result<http::response> read(const std::string &bytes) {
    std::uint32_t size = 0;
    if (bytes.size() >= sizeof size) std::memcpy(&size, bytes.data(), sizeof size);
    if (bytes.size() < sizeof size || size > bytes.size() - sizeof size)
      return error{code::invalid, "The payload is no HTTP response."};
    return json::parse(std::string_view(bytes).substr(sizeof size, size)).transform([&](const json &head) {
      return http::response{static_cast<int>(head["status"].as_int()), http::headers(head["headers"]),
                            bytes.substr(sizeof size + size)};
    });
  }
};

namespace http {

/** Sends a request to the outside: `fetch({.url = "https://example.com/"}).await<http::response>()`. */
inline future fetch(const request &outgoing) {
  const std::string head = radon::json::object({{"method", outgoing.method},
                                                {"url", outgoing.url},
                                                {"headers", outgoing.headers.pairs()}})
                               .dump();
  return future(radon_checked_id_(
      radon_abi_http_fetch(head.data(), head.size(), outgoing.body.data(), outgoing.body.size())));
}

}  // namespace http
}  // namespace radon

#endif
