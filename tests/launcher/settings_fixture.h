// A launcher's setting made of a configuration's text, in a home of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/storage/temporary_directory.h"
#include "tools/launcher/setting.h"

namespace anyclaude::launcher {

class WithSetting : public ::testing::Test {
 protected:
  Setting setting_of(const std::string& config, EnvironmentVariables environment = {}) {
    const auto file = home() / "config.json";
    std::ofstream(file) << config;
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    environment.emplace("HOME", home().string());
    Arguments arguments;
    arguments.flags.config_file = file.string();
    auto setting = read_setting(arguments, environment);
    EXPECT_TRUE(setting) << setting.error().message;
    return setting.value_or(Setting{});
  }
  static ChosenBackend backend_of(const Setting& setting) {
    auto backend = choose_backend(setting);
    EXPECT_TRUE(backend) << backend.error().message;
    return backend.value_or(ChosenBackend{});
  }
  std::filesystem::path home() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace anyclaude::launcher
