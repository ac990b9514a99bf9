#pragma once

namespace anyclaude {

// Where a model's chat template puts the tools. Most put them behind the system text.
enum class TemplateOrder { tools_last, tools_first };

}  // namespace anyclaude
