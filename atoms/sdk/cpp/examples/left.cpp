/** Asked N, it asks `right`, which asks back while this atom waits: the handler answers that with 2N. */
#include <radon.hpp>

using namespace std::chrono_literals;

// Runs once when the instance starts.
RADON_START() {
  radon::on_reentrant([](radon::message &request) {
    if (const auto number = request.as<long long>()) request.reply(radon::text(2 * *number));
    else request.fail(number.error().message);
  });
}

RADON_REACTIVE([](radon::message &message) {
  if (const auto answer = radon::ask("right", message.text(), 5s)) message.reply(*answer);
  else message.fail("right: " + answer.error().text());
})
