/**
 * JSON values, read without a schema and written by chaining. Reading never fails half-way: what is absent, or of another type,
 * reads as the default that the caller names.
 */
#ifndef RADON_JSON_HPP
#define RADON_JSON_HPP

#include <bit>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "result.hpp"
#include "value.hpp"

namespace radon {

class json {
 public:
  using elements = std::vector<json>;
  using member = std::pair<std::string, json>;
  using members = std::vector<member>;

  json() = default;
  json(std::nullptr_t) {}
  json(std::same_as<bool> auto truth) : kind_(kind::truth), integer_(truth) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  json(T number) : kind_(kind::integer), integer_(static_cast<std::int64_t>(number)) {}
  json(std::floating_point auto number) : kind_(kind::number), integer_(std::bit_cast<std::int64_t>(static_cast<double>(number))) {}
  template <class T>
    requires std::convertible_to<const T &, std::string_view>
  json(const T &text) : json(kind::string) {
    parts_->text = std::string_view(text);
  }

  json(json &&other) noexcept { swap(other); }
  json(const json &other) : kind_(other.kind_), integer_(other.integer_) {
    if (other.parts_) parts_ = std::make_unique<parts>(*other.parts_);
  }
  json &operator=(json other) noexcept {
    swap(other);
    return *this;
  }

  /** `json::array({1, "two", true})` */
  static json array(std::initializer_list<json> values = {}) {
    json all(kind::array);
    all.parts_->array = values;
    return all;
  }
  /** `json::object({{"count", 1}, {"name", "apples"}})` */
  static json object(std::initializer_list<member> values = {}) {
    json all(kind::object);
    all.parts_->object = values;
    return all;
  }

  /** Reads a JSON text (RFC 8259); INVALID, with the place where it stops being JSON, if it is none. */
  static result<json> parse(std::string_view text);
  /** The JSON text, without white space; what JSON has no number for is `null`. */
  std::string dump() const;

  bool is_null() const { return kind_ == kind::null; }
  bool is_bool() const { return kind_ == kind::truth; }
  bool is_int() const { return kind_ == kind::integer; }
  bool is_number() const { return is_int() || kind_ == kind::number; }
  bool is_string() const { return kind_ == kind::string; }
  bool is_array() const { return kind_ == kind::array; }
  bool is_object() const { return kind_ == kind::object; }

  bool as_bool(bool or_else = false) const { return is_bool() ? integer_ != 0 : or_else; }
  /** A number that was written without fraction and exponent. */
  std::int64_t as_int(std::int64_t or_else = 0) const { return is_int() ? integer_ : or_else; }
  double as_double(double or_else = 0) const {
    if (is_int()) return static_cast<double>(integer_);
    return is_number() ? std::bit_cast<double>(integer_) : or_else;
  }
  /** The text of a string; a view of this value's. */
  std::string_view as_string(std::string_view or_else = "") const { return is_string() ? parts_->text : or_else; }
  /** The elements of an array; none of anything else. */
  const elements &as_array() const { return is_array() ? parts_->array : nothing().array; }
  /** The members of an object, in their order; none of anything else. */
  const members &as_object() const { return is_object() ? parts_->object : nothing().object; }

  /** A member of an object; null if there is none, so that lookups chain. */
  const json &operator[](std::string_view key) const {
    const members &all = as_object();
    for (auto each = all.rbegin(); each != all.rend(); ++each)
      if (each->first == key) return each->second;
    return absent();
  }
  /** An element of an array; null if there is none. */
  const json &at(std::size_t index) const { return index < as_array().size() ? as_array()[index] : absent(); }
  bool has(std::string_view key) const { return &(*this)[key] != &absent(); }
  std::size_t size() const { return is_array() ? as_array().size() : as_object().size(); }

  /** Sets a member; null becomes an object by it, anything else is replaced. Answers this value. */
  json &set(std::string_view key, json value) {
    members &all = become(kind::object).object;
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
      if (each->first != key) continue;
      each->second = std::move(value);
      return *this;
    }
    add_member(std::string(key), std::move(value));
    return *this;
  }
  /** Appends an element; null becomes an array by it, anything else is replaced. Answers this value. */
  json &push(json value) {
    become(kind::array).array.push_back(std::move(value));
    return *this;
  }

  /** As `set`, for a key that is not there yet: it does not look. */
  void add_member(std::string key, json value) { become(kind::object).object.emplace_back(std::move(key), std::move(value)); }

  /** True if both are written alike. */
  bool operator==(const json &other) const { return dump() == other.dump(); }

 private:
  enum class kind : std::uint8_t { null, truth, integer, number, string, array, object };
  /** What does not fit into a number lies apart, so that a number is small. */
  struct parts {
    std::string text;
    elements array;
    members object;
  };

  explicit json(kind compound) : kind_(compound), parts_(std::make_unique<parts>()) {}

  void swap(json &other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(integer_, other.integer_);
    std::swap(parts_, other.parts_);
  }
  /** Replaces what is of another kind. */
  parts &become(kind compound) {
    if (kind_ != compound) *this = json(compound);
    return *parts_;
  }
  static const parts &nothing() {
    static const parts none;
    return none;
  }
  static const json &absent() {
    static const json null(nullptr);
    return null;
  }

  kind kind_ = kind::null;
  /** An integer, a truth, or the bits of a number. */
  std::int64_t integer_ = 0;
  std::unique_ptr<parts> parts_;
};

}  // namespace radon

#include "json_reader.hpp"
#include "json_writer.hpp"

namespace radon {

inline result<json> json::parse(std::string_view text) { return detail::json_reader(text).document(); }

inline std::string json::dump() const {
  std::string text;
  detail::write_json(*this, text);
  return text;
}

template <>
struct reader<json> {
  static result<json> read(const std::string &text) { return json::parse(text); }
};

}  // namespace radon

#endif
