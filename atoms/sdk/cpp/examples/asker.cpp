/** Asked "NAME TEXT", it asks the atom NAME with TEXT and tells what that said, or why it said nothing. */
#include <radon.hpp>

using namespace std::chrono_literals;

RADON_REACTIVE([](radon::message &message) {
  const std::string_view all = message.text();
  const auto name = all.substr(0, all.find(' '));
  const auto text = all.substr(std::min(name.size() + 1, all.size()));

  // Blocks until the answer is there, as an ordinary call does.
  const auto answer = radon::ask(name, text, 5s);
  message.reply(answer ? radon::text(name, " says: ", *answer) : radon::text(name, ": ", answer.error().text()));
})
