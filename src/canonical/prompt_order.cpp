#include "canonical/prompt_order.h"

#include <algorithm>
#include <tuple>

namespace anyclaude {

void order_prompt(MessagesRequest& request, OrderingLevel level) {
  if (level == OrderingLevel::off) return;
  std::stable_sort(request.tools.begin(), request.tools.end(), [](const Tool& left, const Tool& right) {
    return std::tie(left.name, left.definition_json) < std::tie(right.name, right.definition_json);
  });
}

}  // namespace anyclaude
