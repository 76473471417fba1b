/** Finding atoms by name and alias, and giving this atom aliases. Patterns are RE2 and match whole names. */
#ifndef RADON_NAMING_HPP
#define RADON_NAMING_HPP

#include <string>
#include <string_view>
#include <vector>

#include "bytes.hpp"
#include "value.hpp"

namespace radon::naming {

/** The scope of the atoms' own names. */
inline constexpr std::string_view names = "";
/** How many names `lookup` answers unless told otherwise. */
inline constexpr int lookup_limit = 10'000;

/** Blocks. The global name of any one atom of that name, this runtime's first. */
inline result<std::string> resolve(bytes_view name) {
  return detail::take(radon_abi_naming_resolve(name.raw().data, name.raw().size, nullptr, 0));
}

/** Blocks. The global names of all atoms with an alias in `scope` (in the scope `names`, a name) that matches. */
inline result<std::vector<std::string>> lookup(bytes_view scope, bytes_view pattern, int limit = lookup_limit) {
  const radon_view in = scope.raw(), as = pattern.raw();
  return detail::take(radon_abi_naming_lookup(in.data, in.size, as.data, as.size, 1, limit, nullptr, 0))
      .transform([](const std::string &lines) {
        std::vector<std::string> found;
        for (radon_view rest = radon_bytes(lines.data(), lines.size()); rest.size > 0;)
          found.emplace_back(detail::view_of(radon_split(&rest, '\n')));
        return found;
      });
}

/** Blocks. Any one of them: NOT_FOUND if there is none. */
inline result<std::string> lookup_any(bytes_view scope, bytes_view pattern) {
  const radon_view in = scope.raw(), as = pattern.raw();
  return detail::take(radon_abi_naming_lookup(in.data, in.size, as.data, as.size, 0, 1, nullptr, 0));
}

/** Gives this atom an alias; it may have several in a scope. */
[[nodiscard]] inline result<void> alias(bytes_view scope, bytes_view value) {
  return detail::done(radon_alias(scope.raw(), value.raw()));
}

inline result<void> unalias(bytes_view scope, bytes_view value) {
  return detail::done(radon_unalias(scope.raw(), value.raw()));
}

/** A pattern that matches this text and no other. */
inline std::string exactly(std::string_view text) {
  std::string pattern;
  for (const char letter : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(letter) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(letter);
  }
  return pattern;
}

}  // namespace radon::naming

#endif
