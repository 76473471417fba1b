/** What goes in: a view of text or of bytes, made from whatever holds some. */
#ifndef RADON_BYTES_HPP
#define RADON_BYTES_HPP

#include <radon.h>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace radon {

/** Bytes of somebody else's. It is a parameter: strings, literals, spans, vectors and arrays of std::byte convert to it. */
class bytes_view {
 public:
  template <class T>
    requires std::convertible_to<const T &, std::string_view>
  bytes_view(const T &text) : bytes_view(std::string_view(text)) {}

  template <class T>
    requires(std::convertible_to<const T &, std::span<const std::byte>> &&
             !std::convertible_to<const T &, std::string_view>)
  bytes_view(const T &bytes) : bytes_view(std::span<const std::byte>(bytes)) {}

  bytes_view(std::string_view text) : raw_(radon_bytes(text.data(), text.size())) {}
  bytes_view(std::span<const std::byte> bytes) : raw_(radon_bytes(bytes.data(), bytes.size())) {}

  /** As <radon.h> takes it. */
  radon_view raw() const { return raw_; }

 private:
  radon_view raw_;
};

/** Text as bytes. */
inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte *>(text.data()), text.size()};
}

namespace detail {

inline std::string_view view_of(radon_view raw) { return {raw.data, raw.size}; }

}  // namespace detail
}  // namespace radon

#endif
