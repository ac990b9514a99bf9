// Numbers and texts as bytes for state tables, and back. Reading what is not there fails once and for all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

class ByteWriter {
 public:
  void number(std::uint64_t value) {
    for (int i = 0; i < 8; ++i, value >>= 8) bytes_.push_back(static_cast<char>(value & 0xff));
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  template <typename List, typename Write>
  void list(const List& items, Write write) {
    number(items.size());
    for (const auto& item : items) write(item);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number() {
    if (bytes_.size() < 8) return give_up();
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_[i]);
    bytes_.remove_prefix(8);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) return give_up(), std::string();
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }
  template <typename Read>
  void list(Read read) {
    for (std::uint64_t count = number(); ok_ && count > 0; --count) read();
  }
  // Whether everything was there so far.
  bool ok() const { return ok_; }
  // Whether everything was there and nothing is left over.
  bool complete() const { return ok_ && bytes_.empty(); }

 private:
  std::uint64_t give_up() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace anyclaude
