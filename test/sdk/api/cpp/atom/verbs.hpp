/** What the files of this atom share: a verb gets what stands behind it, and answers the request. */
#ifndef VERBS_HPP
#define VERBS_HPP

#include <radon.hpp>

using verb = void (*)(radon::message &message, const std::string &rest);

struct named_verb {
  std::string_view name;
  verb run;
};

extern const std::vector<named_verb> core_verbs, storage_verbs, waiting_verbs, outside_verbs;

/** Replies what was found, or the failure. */
template <class T>
void reply_result(radon::message &message, const radon::result<T> &found) {
  message.reply(found ? radon::text(*found) : found.error().text());
}
inline void reply_result(radon::message &message, const radon::result<void> &done, std::string_view ok = "ok") {
  message.reply(done ? std::string(ok) : done.error().text());
}

/** Splits at the first space. */
inline std::pair<std::string, std::string> split(const std::string &text) {
  const auto at = text.find(' ');
  return {text.substr(0, at), at == text.npos ? "" : text.substr(at + 1)};
}

void answer_http(radon::message &message);

#endif
