// Where a value of the configuration comes from.
#pragma once

namespace anyclaude {

// A project file is the .anyclauderc.json of the working directory: it may have come with a project that the
// user cloned. Everything else is the user's own choice; so is a file that a flag names.
enum class Origin { defaults, home_file, project_file, named_file, environment, flag };

// Whether the user has approved the configuration file that was read (`anyclaude trust`). Only a project file
// needs that.
enum class Approval { not_needed, given, missing };

}  // namespace anyclaude
