#pragma once

namespace anyclaude {

enum class HttpVersion { http_1_0, http_1_1 };

}  // namespace anyclaude
