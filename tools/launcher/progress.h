// What the launcher says while something is awaited: one line that changes on a terminal, a few lines
// elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace anyclaude::launcher {

enum class Screen { terminal, plain };
// Whether stderr is one.
Screen screen_of_stderr();

class Progress {
 public:
  explicit Progress(Screen screen) : screen_(screen) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `headline` is printed once where there is no terminal; `detail` changes and is for terminals alone.
  void show(std::string_view headline, std::string_view detail);
  void clear();

 private:
  Screen screen_;
  std::string said_;
  bool is_drawn_ = false;
};

// "anyclaude: ..." on stderr.
void say(std::string_view sentence);

}  // namespace anyclaude::launcher
