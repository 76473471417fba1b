/** Asked N by `left`, it asks `left` with N, which waits for this answer and yet replies 2N; it replies one more. */
#include <radon.hpp>

using namespace std::chrono_literals;

RADON_REACTIVE([](radon::message &message) {
  const auto doubled = radon::ask<long long>("left", message.text(), 5s);
  if (doubled) message.reply(radon::text(*doubled + 1));
  else message.fail("left: " + doubled.error().text());
})
