/**
 * Reads JSON text (RFC 8259).
 *
 * Invariants
 * 1. Malformed text is an error that tells where it goes wrong; it never traps.
 * 2. Values nest at most `depth_max` deep, so that hostile text cannot exhaust the stack.
 * 3. It takes time in proportion to the text: members with the same key are all kept, and the last one counts.
 */
#ifndef RADON_JSON_READER_HPP
#define RADON_JSON_READER_HPP

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json.hpp"
#include "text.hpp"

namespace radon::detail {

class json_reader {
 public:
  static constexpr int depth_max = 128;

  explicit json_reader(std::string_view text) : text_(text) {}

  /** The one value that the whole text is. */
  result<json> document() {
    json value;
    if (read(value)) {
      skip_space();
      if (at_ == text_.size()) return value;
      wrong("the end of the text");
    }
    return error{code::invalid, sentence()};
  }

 private:
  bool read(json &into) {
    skip_space();
    const char first = peek();
    if (first == '{' || first == '[') return nested(into, first == '{');
    if (first == '"') return string(into);
    if (first == '-' || is_digit(first)) return number(into);
    if (word("true")) into = json(true);
    else if (word("false")) into = json(false);
    else if (word("null")) into = json();
    else return wrong("a value");
    return true;
  }

  bool nested(json &into, bool is_object) {
    if (++depth_ > depth_max) return wrong("at most 128 levels");
    at_++;
    into = is_object ? json::object() : json::array();
    const bool ok = items(into, is_object, is_object ? '}' : ']');
    depth_--;
    return ok;
  }

  bool items(json &into, bool is_object, char end) {
    skip_space();
    if (take(end)) return true;
    for (;;) {
      if (!(is_object ? member(into) : element(into))) return false;
      skip_space();
      if (take(end)) return true;
      if (!take(',')) return wrong(is_object ? "a comma or }" : "a comma or ]");
    }
  }

  bool element(json &into) {
    json value;
    if (!read(value)) return false;
    into.push(std::move(value));
    return true;
  }

  bool member(json &into) {
    skip_space();
    if (peek() != '"') return wrong("a key in quotes");
    std::string key;
    if (!characters(key)) return false;
    skip_space();
    if (!take(':')) return wrong("a colon");
    json value;
    if (!read(value)) return false;
    into.add_member(std::move(key), std::move(value));
    return true;
  }

  bool string(json &into) {
    std::string read;
    if (!characters(read)) return false;
    into = json(read);
    return true;
  }

  bool characters(std::string &into) {
    at_++;
    for (;;) {
      const std::size_t start = at_;
      while (is_plain()) at_++;
      into.append(text_.substr(start, at_ - start));
      if (take('"')) return true;
      if (!take('\\')) return wrong("the rest of a string");
      if (!escape(into)) return false;
    }
  }

  bool escape(std::string &into) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (take('u')) return unicode(into);
    const std::size_t which = peek() == 0 ? std::string_view::npos : letters.find(peek());
    if (which == std::string_view::npos) return wrong("an escape");
    at_++;
    into.push_back(meanings[which]);
    return true;
  }

  /** Four digits, or two times four for what lies beyond them; half a surrogate pair is U+FFFD. */
  bool unicode(std::string &into) {
    radon_json_ raw = rest();
    const std::int32_t point = radon_json_point_(&raw);
    if (point < 0) return wrong("four hexadecimal digits");
    at_ = static_cast<std::size_t>(raw.at - text_.data());
    char utf8[4];
    into.append(utf8, radon_utf8_(utf8, point));
    return true;
  }

  /** What is not read yet, for a function of <radon.h> that only reads. */
  radon_json_ rest() const {
    char *data = const_cast<char *>(text_.data());
    return {data + at_, data + text_.size()};
  }

  bool number(json &into) {
    const std::size_t start = at_;
    take('-');
    if (!take('0') && !digits()) return wrong("a digit");
    const std::size_t whole = at_;
    if (take('.') && !digits()) return wrong("a digit");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return wrong("a digit");
    }
    const std::string text(text_.substr(start, at_ - start));
    std::int64_t integer = 0;
    const bool fits = std::from_chars(text.data(), text.data() + text.size(), integer).ec == std::errc();
    into = whole == at_ && fits ? json(integer) : json(std::strtod(text.c_str(), nullptr));
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) at_++;
    return at_ > start;
  }

  bool word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool take(char letter) {
    if (at_ == text_.size() || text_[at_] != letter) return false;
    at_++;
    return true;
  }

  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') at_++;
  }

  /** The next character, or a zero at the end. */
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  /** True at a character that stands for itself in a string. */
  bool is_plain() const {
    const auto byte = static_cast<unsigned char>(peek());
    return byte >= 0x20 && byte != '"' && byte != '\\';
  }
  static bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

  bool wrong(std::string_view expected) {
    if (expected_.empty()) expected_ = expected;
    return false;
  }
  std::string sentence() const { return text("No JSON: expected ", expected_, " at byte ", at_ + 1, "."); }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string_view expected_;
};

}  // namespace radon::detail

#endif
