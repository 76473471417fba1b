/** The atom's own store: durable with the turn, ordered by the bytes of the keys. */
#ifndef RADON_KV_HPP
#define RADON_KV_HPP

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>

#include "bytes.hpp"
#include "value.hpp"

namespace radon::kv {

/** The value under a key, as a `T`: NOT_FOUND if there is none. */
template <readable T = std::string>
result<T> get(bytes_view key) {
  return detail::take_as<T>(radon_abi_kv_get(key.raw().data, key.raw().size, nullptr, 0));
}

[[nodiscard]] inline result<void> put(bytes_view key, bytes_view value) {
  return detail::done(radon_kv_put(key.raw(), value.raw()));
}

/** Removes a key: NOT_FOUND if there is none. */
inline result<void> erase(bytes_view key) { return detail::done(radon_kv_delete(key.raw())); }

struct entry {
  std::string key;
  std::string value;
};

struct scan_options {
  bool reverse = false;
  /** How many entries are fetched at a time. */
  int page = RADON_SCAN_PAGE;
};

/** Entries in the order of their keys, fetched page by page as they are walked through, which is possible once. */
class entries {
 public:
  entries(bytes_view start, bytes_view end, scan_options options) {
    begin_scan(options);
    radon_scan_range(&scan_, start.raw(), end.raw());
  }
  entries(bytes_view prefix, scan_options options) {
    begin_scan(options);
    radon_scan_prefix(&scan_, prefix.raw());
  }
  entries(const entries &) = delete;
  entries &operator=(const entries &) = delete;
  ~entries() { radon_scan_end(&scan_); }

  /** The next entry; none after the last one, or where the store failed. */
  std::optional<entry> next() {
    const std::int32_t found = radon_scan_next(&scan_);
    if (found > 0) return entry{std::string(detail::view_of(scan_.key)), std::string(detail::view_of(scan_.value))};
    if (found < 0 && !failure_) failure_ = detail::error_of(found);
    return std::nullopt;
  }

  /** Why the entries ended early, if they did. */
  const std::optional<error> &failure() const { return failure_; }

  class iterator {
   public:
    using value_type = entry;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit iterator(entries *all) : all_(all), current_(all->next()) {}
    const entry &operator*() const { return *current_; }
    const entry *operator->() const { return &*current_; }
    iterator &operator++() {
      current_ = all_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !current_; }

   private:
    entries *all_;
    std::optional<entry> current_;
  };

  iterator begin() { return iterator(this); }
  std::default_sentinel_t end() const { return std::default_sentinel; }

 private:
  void begin_scan(scan_options options) {
    scan_.reverse = options.reverse;
    scan_.limit = options.page;
  }

  radon_scan scan_ = {};
  std::optional<error> failure_;
};

/** The entries with start <= key < end; an empty end is no bound. */
inline entries scan(bytes_view start, bytes_view end = "", scan_options options = {}) {
  return entries(start, end, options);
}

/** The entries whose key starts with `prefix`: `for (const auto &[key, value] : kv::prefix("user/"))`. */
inline entries prefix(bytes_view prefix, scan_options options = {}) { return entries(prefix, options); }

}  // namespace radon::kv

#endif
