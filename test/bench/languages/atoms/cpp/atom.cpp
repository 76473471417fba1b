/** Asked "put N", it stores N values; asked "kernel N", it computes; 64 bytes it replies. */
#include <algorithm>
#include <numeric>
#include <radon.hpp>
#include <utility>
#include <vector>

namespace {

const std::string value(64, '\0');

int put_all(int count) {
  for (int key = 0; key < count; key++) radon::kv::put(std::to_string(key), value).value();
  return count;
}

/** Reverses prefixes of all permutations of n numbers: the checksum of how often, and the most for one. */
std::string fannkuch(int n) {
  std::vector<int> perm(n), first(n), count(n);
  std::iota(first.begin(), first.end(), 0);
  int checksum = 0, most = 0, r = n;
  for (bool even = true;; even = !even) {
    for (; r != 1; r--) count[r - 1] = r;
    std::copy(first.begin(), first.end(), perm.begin());
    int flips = 0;
    for (; perm[0] != 0; flips++) std::reverse(perm.begin(), perm.begin() + perm[0] + 1);
    most = std::max(most, flips);
    checksum += even ? flips : -flips;
    for (;; r++) {
      if (r == n) return std::to_string(checksum) + " " + std::to_string(most);
      std::rotate(first.begin(), first.begin() + 1, first.begin() + r + 1);
      if (--count[r] > 0) break;
    }
  }
}

void handle(radon::message &message) {
  const std::string &text = message.text();
  if (text.size() == value.size()) message.reply(text);
  else if (text.starts_with("put ")) message.reply(std::to_string(put_all(std::atoi(text.c_str() + 4))));
  else if (text.starts_with("kernel ")) message.reply(fannkuch(std::atoi(text.c_str() + 7)));
  else message.fail("Send it put N, kernel N, or 64 bytes.");
}

}  // namespace

RADON_REACTIVE(handle)
