/** Replies what it is asked, byte for byte. */
#include <radon.hpp>

RADON_REACTIVE([](radon::message &message) { message.reply(message.text()); })
