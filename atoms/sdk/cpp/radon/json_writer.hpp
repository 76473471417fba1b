/** Writes JSON values as text. */
#ifndef RADON_JSON_WRITER_HPP
#define RADON_JSON_WRITER_HPP

#include <cmath>
#include <string>
#include <string_view>

#include "json.hpp"
#include "text.hpp"

namespace radon::detail {

inline void write_json(std::string_view text, std::string &into) {
  into.push_back('"');
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    static constexpr std::string_view hex = "0123456789abcdef";
    if (letter == '"' || letter == '\\') into.append({'\\', letter});
    else if (byte < 0x20) into.append("\\u00").append({hex[byte >> 4], hex[byte & 15]});
    else into.push_back(letter);
  }
  into.push_back('"');
}

inline void write_json(const json &value, std::string &into);

inline void write_json(const json::elements &values, std::string &into) {
  into.push_back('[');
  for (const json &value : values) {
    if (&value != &values.front()) into.push_back(',');
    write_json(value, into);
  }
  into.push_back(']');
}

inline void write_json(const json::members &members, std::string &into) {
  into.push_back('{');
  for (const auto &member : members) {
    if (&member != &members.front()) into.push_back(',');
    write_json(std::string_view(member.first), into);
    into.push_back(':');
    write_json(member.second, into);
  }
  into.push_back('}');
}

inline void write_json(const json &value, std::string &into) {
  if (value.is_string()) write_json(value.as_string(), into);
  else if (value.is_array()) write_json(value.as_array(), into);
  else if (value.is_object()) write_json(value.as_object(), into);
  else if (value.is_bool()) append(into, value.as_bool());
  else if (value.is_int()) append(into, value.as_int());
  else if (value.is_number() && std::isfinite(value.as_double())) append(into, value.as_double());
  else into.append("null");
}

}  // namespace radon::detail

#endif
