#include "tools/launcher/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace anyclaude::launcher {
namespace {

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The last bytes of a character that is cut are dropped with it.
std::string cut_to(std::string text, std::size_t columns) {
  if (text.size() <= columns) return text;
  while (columns > 0 && (static_cast<unsigned char>(text[columns]) & 0xC0) == 0x80) --columns;
  text.resize(columns);
  return text;
}

}  // namespace

Screen screen_of_stderr() {
  return ::isatty(STDERR_FILENO) != 0 ? Screen::terminal : Screen::plain;
}

void Progress::show(std::string_view headline, std::string_view detail) {
  if (screen_ == Screen::plain) {
    if (said_ != headline) say(headline);
    said_ = headline;
    return;
  }
  const std::string line =
      "anyclaude: " + std::string(headline) + (detail.empty() ? "" : " ") + std::string(detail);
  std::fprintf(stderr, "\r\033[K%s", cut_to(line, terminal_columns() - 1).c_str());
  std::fflush(stderr);
  is_drawn_ = true;
}

void Progress::clear() {
  if (is_drawn_) std::fputs("\r\033[K", stderr);
  is_drawn_ = false;
}

void say(std::string_view sentence) {
  std::fprintf(stderr, "anyclaude: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
}

}  // namespace anyclaude::launcher
